import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { nextPieceEnd } from "../../engine/serving.js";
import { countMergedTokens, type TokenRanks } from "./merge-bytes.js";
import { TokenTable } from "./token-table.js";

export interface Tokenizer {
  /**
   * The exact number of o200k_base tokens of a text, special tokens read as plain text.
   * @param tick called every few thousand steps; may throw to stop.
   */
  countTokens(text: string, tick: () => void): number;
}

let loading: Promise<Tokenizer> | undefined;

/**
 * The exact counter with the vocabulary that gpt-tokenizer ships, loaded once a thread: some 0.3 s, which is why
 * only the counting thread does it, and only when the first exact count is asked for.
 *
 * Only the vocabulary is taken from gpt-tokenizer. Its own counter needs seconds for a long run of letters; ours cuts
 * the text into the same pieces (`nextPieceEnd`), so that no cut inside a text can change the count, and joins bytes in
 * n log n. Tests hold it against gpt-tokenizer's `countTokens`.
 */
export function loadTokenizer(): Promise<Tokenizer> {
  loading ??= Promise.resolve().then(() => {
    const ranks = new TokenTable(readVocabulary());
    return { countTokens: (text, tick) => countTokens(text, ranks, tick) };
  });
  return loading;
}

/** The vocabulary's entries by rank, as Latin-1: each line of its file is an entry in base64 and its rank. */
function readVocabulary(): readonly (string | undefined)[] {
  // As a module it would take 20 MB more, for good.
  const main = createRequire(import.meta.url).resolve("gpt-tokenizer");
  const lines = readFileSync(join(dirname(main), "../data/o200k_base.tiktoken"), "latin1")
    .trimEnd()
    .split("\n");
  const entries: string[] = [];
  for (const line of lines) {
    const [base64 = "", rank] = line.split(" ");
    entries[Number(rank)] = Buffer.from(base64, "base64").toString("latin1");
  }
  return entries;
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
