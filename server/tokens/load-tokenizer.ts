import { nextPieceEnd } from "../../engine/index.js";
import { countMergedTokens, type TokenRanks } from "./merge-bytes.js";

export interface Tokenizer {
  /**
   * The exact number of o200k_base tokens of a text, special tokens read as plain text.
   * @param tick called every few thousand steps; may throw to stop.
   */
  countTokens(text: string, tick: () => void): number;
}

let loading: Promise<Tokenizer> | undefined;

/**
 * The exact counter with the vocabulary that gpt-tokenizer ships, loaded once a thread: some 0.3 s and 60 MB, which is why
 * only the counting thread does it, and only when the first exact count is asked for.
 *
 * Only the vocabulary is taken from gpt-tokenizer. Its own counter needs seconds for a long run of letters; ours cuts
 * the text into the same pieces (`nextPieceEnd`), so that no cut inside a text can change the count, and joins bytes in
 * n log n. Tests hold it against gpt-tokenizer's `countTokens`.
 */
export function loadTokenizer(): Promise<Tokenizer> {
  loading ??= import("gpt-tokenizer/bpeRanks/o200k_base").then(({ default: entries }) => {
    const ranks = new Map<string, number>();
    entries.forEach((entry, rank) => {
      if (entry === undefined) return;
      ranks.set(typeof entry === "string" ? latin1(entry) : Buffer.from(entry).toString("latin1"), rank);
    });
    return { countTokens: (text, tick) => countTokens(text, ranks, tick) };
  });
  return loading;
}

function countTokens(text: string, ranks: TokenRanks, tick: () => void): number {
  let tokens = 0;
  let turns = 0;
  for (let start = 0; start < text.length; ) {
    if ((++turns & 0xfff) === 0) tick();
    const end = nextPieceEnd(text, start);
    const bytes = latin1(text.slice(start, end));
    tokens += ranks.has(bytes) ? 1 : countMergedTokens(bytes, ranks, tick);
    start = end;
  }
  return tokens;
}

/** The UTF-8 bytes of a text, each as one character; half of a surrogate pair becomes U+FFFD. */
function latin1(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.from(text, "utf8").toString("latin1");
  }
  return text;
}
