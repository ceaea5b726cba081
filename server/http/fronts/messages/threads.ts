import { isObject, type Json } from "../../../json/json.js";
import type { ApiError } from "../../errors/api-error.js";
import { invalidField } from "../invalid-field.js";

/**
 * Message threads: Anthropic may keep a conversation for some minutes, and is then sent what is new of it (`BetaMessageThreadParam` and
 * `lib/internal/threads` of the `@anthropic-ai/sdk` package 1.14.0, read 2026-11-28). No rule can see what a provider remembers, and no other provider has it.
 * A thread promises nothing: clients keep the conversation, and send all of it when the thread is not found.
 */
const NOT_KEPT = "thread: left out, this server keeps no conversations";

/** @returns the error for a request that goes on with a thread, or whose `thread` cannot be read. */
export function refusedThread({ thread }: Json): ApiError | undefined {
  if (thread === undefined || thread === null) return undefined;
  const type = isObject(thread) ? thread["type"] : undefined;
  if (type === "create") return undefined;
  if (type !== "continue") return invalidField("thread: it takes an object of type create or continue", "thread");
  return {
    status: 404,
    type: "not_found_error",
    code: "thread_not_found",
    message:
      "thread: this server keeps no conversations; send the whole conversation as messages, with system and tools",
    param: "thread",
  };
}

/** A request without the wish to be kept; undefined: it has none. */
export function withoutThread(body: Json): { readonly body: Json; readonly warning: string } | undefined {
  if (body["thread"] === undefined || body["thread"] === null) return undefined; // most: the body is not copied then
  const { thread: _, ...rest } = body;
  return { body: rest, warning: NOT_KEPT };
}
