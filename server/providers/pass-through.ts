import type { Json } from "../json/json.js";
import type { StreamTranslator } from "./chat/translator.js";
import type { TextIn } from "./text-in.js";

/**
 * How the answers of an operation are understood while their bytes go through unchanged: in terms of chat completions, so
 * that usage, ends and errors are the same to everything behind.
 */
export interface PassThrough {
  /** Words of an event that decides something; once content flows, events without them are not read. */
  readonly decides: RegExp;
  stream(): StreamTranslator;
  /** What a whole answer says, with `choices`, `usage`, `service_tier`, `id`, `model`, `error` as in a chat completion. */
  whole(answer: Json): Json;
  /** Undefined: its streams cannot be gone on with. */
  readonly textIn?: TextIn;
}
