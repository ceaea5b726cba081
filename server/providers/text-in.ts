import type { Json } from "../json/json.js";

/**
 * The text that an event of a stream adds, where the answer is one text that has not ended: `""` for an event that adds
 * nothing, undefined for any other.
 */
export type TextIn = (event: Json) => string | undefined;
