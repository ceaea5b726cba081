import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { reasonOf } from "../server/reason-of.js";
import { withoutPassword } from "../server/without-password.js";
import { askServer, otherServer, ServerAway, urlOf } from "./ask-server.js";

const COMMAND = "policy tail";
const RETRY_MS = 1_000;
/** The server writes something every 15 s: after silence of this length a connection is gone, though nobody said so. */
const SILENCE_MS = 45_000;
/** A decision has the time when its request came; it ends later. */
const LISTED_BEFORE_MS = 60_000;

/**
 * Follows the decisions of a server as it makes them, without end: when the server goes away, it is asked again until it is
 * back. Both are said on standard error.
 * No decision comes twice; what ended in between does not come.
 *
 * @param query the filter, as the address has it.
 * @throws CommandFailure when the server cannot be reached at first, or refuses.
 */
export async function followDecisions(
  server: string,
  query: string,
  onEvent: (event: EventSourceMessage) => void,
): Promise<never> {
  const path = `/admin/decisions/stream${query === "" ? "" : `?${query}`}`;
  let stream = await open(server, path);
  for (;;) {
    const gone = await readAll(stream, onEvent);
    const listed = urlOf(withoutPassword(server), `/admin/decisions?${query}`);
    listed.searchParams.set("since", new Date(Date.now() - LISTED_BEFORE_MS).toISOString());
    say(`the server went away (${gone}); asking again every second, until Ctrl-C`);
    stream = await askAgain(server, path);
    say(`the server is back; what ended meanwhile is not shown, and listed at ${listed.href}`);
  }
}

async function open(server: string, path: string): Promise<IncomingMessage> {
  const stream = await askServer(COMMAND, server, path);
  if (stream.headers["content-type"]?.startsWith("text/event-stream") === true) return stream;
  stream.destroy();
  throw otherServer(COMMAND, server, path, "no stream of events");
}

/** @returns why it has ended. */
async function readAll(stream: IncomingMessage, onEvent: (event: EventSourceMessage) => void): Promise<string> {
  const parser = createParser({ onEvent });
  const decoder = new TextDecoder();
  stream.setTimeout(SILENCE_MS, () => stream.destroy(new Error(`nothing came for ${SILENCE_MS / 1_000} s`)));
  try {
    for await (const chunk of stream) parser.feed(decoder.decode(chunk as Buffer, { stream: true }));
    return "it is stopping";
  } catch (error) {
    return reasonOf(error);
  }
}

async function askAgain(server: string, path: string): Promise<IncomingMessage> {
  for (;;) {
    await pause(RETRY_MS);
    try {
      return await open(server, path);
    } catch (failure) {
      if (!(failure instanceof ServerAway)) throw failure;
    }
  }
}

function say(sentence: string): void {
  process.stderr.write(`${COMMAND}: ${sentence}\n`);
}
