import { reasonOf } from "../reason-of.js";
import { loadTokenizer } from "./load-tokenizer.js";

export interface CountRequest {
  readonly id: number;
  readonly texts: readonly string[];
  /** Epoch milliseconds after which nobody waits for the answer. */
  readonly deadline: number;
}
/** `tokens`, or why there are none. */
export type CountAnswer =
  | { readonly id: number; readonly tokens: number }
  | { readonly id: number; readonly failure: "too_late" | "failed"; readonly message: string };

/**
 * Counts texts exactly, each apart, and adds up. Never rejects.
 * @param now epoch milliseconds.
 */
export async function countTexts({ id, texts, deadline }: CountRequest, now: () => number): Promise<CountAnswer> {
  const tick = () => {
    if (now() > deadline) throw new TooLate();
  };
  try {
    const tokenizer = await loadTokenizer();
    tick();
    let tokens = 0;
    for (const text of texts) tokens += tokenizer.countTokens(text, tick);
    return { id, tokens };
  } catch (error) {
    if (error instanceof TooLate) return { id, failure: "too_late", message: error.message };
    const message = reasonOf(error);
    return { id, failure: "failed", message: `the tokens could not be counted: ${message}` };
  }
}

class TooLate extends Error {
  constructor() {
    super("counting the tokens took longer than allowed");
  }
}
