import { measureText } from "../../../engine/serving.js";
import { estimateBySample } from "../../tokens/coarse-bounds.js";
import type { ApiError } from "../errors/api-error.js";
import { invalidField } from "./invalid-field.js";

/** Up to so many UTF-16 units all of a text is looked at, which takes less than a millisecond. */
const WHOLE = 65_536;

/** What OpenAI's older APIs take in one field: one or several texts, each as it is or as tokens. */
export interface Inputs {
  readonly texts: readonly string[];
  /** How many there are that came as tokens, and the tokens of all of them. */
  readonly asTokens: number;
  readonly tokens: number;
  /** Tokens of the largest, when there are several: each is read by itself. */
  readonly largest: number | undefined;
}

/** @param field the name of the field, for the error. */
export function readInputs(value: unknown, field: string): Inputs | ApiError {
  const inputs: readonly unknown[] = !Array.isArray(value) ? [value] : isTokens(value) ? [value] : value;
  const texts = inputs.filter((one) => typeof one === "string");
  const inTokens = inputs.filter(isTokens);
  if (inputs.length === 0 || texts.length + inTokens.length < inputs.length) {
    const message = `${field}: it takes a text, a list of texts, a list of tokens, or a list of lists of tokens`;
    return invalidField(message, field);
  }
  return {
    texts,
    asTokens: inTokens.length,
    tokens: inTokens.reduce((sum, { length }) => sum + length, 0),
    largest: inputs.length === 1 ? undefined : largestOf(texts, inTokens),
  };
}

function largestOf(texts: readonly string[], inTokens: readonly (readonly number[])[]): number {
  // By bytes: a token of Chinese is one or two characters, of English four.
  let longest = "";
  let most = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    if (bytes > most) [longest, most] = [text, bytes];
  }
  const tokens = longest.length > WHOLE ? estimateBySample([longest]) : measureText(longest).estimate;
  return inTokens.reduce((largest, { length }) => Math.max(largest, length), tokens);
}

function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isSafeInteger(token));
}
