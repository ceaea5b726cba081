import ranks from "gpt-tokenizer/bpeRanks/o200k_base";

/** How many words the engine's list of single-token words holds. */
const WORDS = 4_096;

/**
 * The facts about the vocabulary of o200k_base on which the bounds rest, in the form in which
 * `engine/tokens/o200k-vocabulary-facts.ts` holds them; see there for what they mean.
 */
export function factsOfVocabulary(): {
  pairRuns: string;
  mostCharacters: string;
  longestBlankRun: number;
  singleTokenWords: string;
} {
  const encoder = new TextEncoder();
  const pairs = new Uint8Array(0x10000);
  const most = new Uint8Array(256);
  const words: string[] = [];
  const spaces = new Set<number>();
  for (const rank of ranks) {
    if (rank === undefined) continue;
    const bytes = typeof rank === "string" ? encoder.encode(rank) : Uint8Array.from(rank);
    const characters = bytes.filter((byte) => byte < 0x80 || byte > 0xbf).length;
    for (const byte of bytes) most[byte] = Math.max(most[byte]!, characters);
    for (let index = 1; index < bytes.length; index++) {
      const pair = (bytes[index - 1]! << 8) | bytes[index]!;
      const flags = 8 | (index === 1 ? 2 : 0) | (index === bytes.length - 1 ? 4 : 0) | (bytes.length === 2 ? 1 : 0);
      pairs[pair] = pairs[pair]! | flags;
    }
    if (typeof rank !== "string") continue;
    if (/^ +$/.test(rank)) spaces.add(rank.length);
    if (words.length < WORDS && /^ [A-Za-z]{2,15}$/.test(rank)) words.push(rank.slice(1));
  }
  let longestBlankRun = 0;
  while (spaces.has(longestBlankRun + 1)) longestBlankRun++;
  return {
    pairRuns: runs(pairs),
    mostCharacters: runs(most),
    longestBlankRun,
    // Rank is the order in which the vocabulary learnt its entries, so the first are the most frequent.
    singleTokenWords: words.join(" "),
  };
}

/** `value*count` in base 36, `count` left out when it is 1; separated by commas. */
function runs(values: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < values.length; ) {
    let end = start;
    while (end < values.length && values[end] === values[start]) end++;
    parts.push(values[start]!.toString(36) + (end - start > 1 ? `*${(end - start).toString(36)}` : ""));
    start = end;
  }
  return parts.join(",");
}
