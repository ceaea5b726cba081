import { createParser, type EventSourceMessage } from "eventsource-parser";

/** Reads server-sent events until the stream ends. @throws what reading throws: a broken connection, an abort. */
export async function readEvents(response: Response, take: (event: EventSourceMessage) => void): Promise<void> {
  const parser = createParser({ onEvent: take });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return;
    parser.feed(piece.value);
  }
}
