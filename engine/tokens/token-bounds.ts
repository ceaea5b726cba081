import { codePoint } from "./code-point.js";
import { expectedPieceTokens } from "./expected-piece-tokens.js";
import { nextPieceEnd } from "./next-piece-end.js";
import { longestBlankRun, mostCharacters, pairRuns } from "./o200k-vocabulary-facts.js";
import { readSpacedWord, spacedWord } from "./spaced-words.js";

/** Whole tokens; the exact count is neither below `lower` nor above `upper`. */
export interface TokenBounds {
  readonly lower: number;
  readonly upper: number;
}
/** Bounds, and between them what is likely. */
export interface TextMeasure extends TokenBounds {
  readonly estimate: number;
}

/**
 * Bounds on the number of o200k_base tokens of a text, or of several texts counted apart and added up, in one pass and
 * without the vocabulary. Text that looks like a special token (`<|endoftext|>`) counts as the plain text it is.
 *
 * Why they hold. A text is first cut into pieces (`nextPieceEnd`, exact) and no token crosses a cut, so bounds of pieces
 * add up. Within a piece of n bytes, byte-pair encoding begins with n single bytes and joins neighbours until no two
 * neighbours together are an entry of the vocabulary. Hence:
 *
 * Lower.
 * 1. A piece is at least one token.
 * 2. Two neighbouring bytes that no entry holds next to each other (`pairRuns`, 8) belong to different tokens.
 * 3. Let m(b) be the most characters of any entry that holds byte b. A token of k characters has m(b) ≥ k for each
 *    of their first bytes, so the sum of 1/m(b) over its characters is at most 1: tokens ≥ the sum over the stretch.
 *
 * Upper.
 * 4. At most one token a byte.
 * 5. Two neighbouring tokens of one byte each are not a pair that is a token (1), or they would have been joined; a
 *    token of two bytes is such a pair; a longer one begins with a pair some entry begins with (2) and ends with one
 *    some entry ends with (4). The most tokens any cutting under these rules has is found byte by byte.
 * 6. Exactly one token: one to three ASCII digits, a run of spaces up to `longestBlankRun`, a word of
 *    `singleTokenWords` with its space. (A piece that is an entry is one token; all of these are entries.)
 *
 * A piece with U+FEFF has the plain bounds 1 and its bytes: gpt-tokenizer loses that character when it looks up bytes.
 *
 * Costs about 10 ns a byte (docs/token-counting.md). Pieces of any length are fine.
 */
export function tokenBounds(text: string | readonly string[]): TokenBounds {
  const { lower, upper } = measureText(text);
  return { lower, upper };
}

/** {@link tokenBounds} and the estimate of `estimateTokens`, in the same pass. */
export function measureText(text: string | readonly string[]): TextMeasure {
  const total = { lower: 0, upper: 0, estimate: 0 };
  if (typeof text === "string") addText(text, total);
  else for (const one of text) addText(one, total);
  total.estimate = Math.round(total.estimate); // the bounds are whole: rounding cannot leave them
  return total;
}

interface RunningTotal {
  lower: number;
  upper: number;
  estimate: number;
}

function addText(text: string, total: RunningTotal): void {
  for (let start = 0; start < text.length; ) {
    const isWord = text.charCodeAt(start) === 0x20 && readSpacedWord(text, start);
    const end = isWord ? spacedWord.end : nextPieceEnd(text, start);
    if (isWord ? spacedWord.isToken : isSingleToken(text, start, end)) {
      total.lower++;
      total.upper++;
      total.estimate++;
    } else {
      addPiece(text, start, end, total);
    }
    start = end;
  }
}

/** Proof step 6, but for words. */
function isSingleToken(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length === 1) return text.charCodeAt(start) < 0x80;
  const last = text.charCodeAt(end - 1);
  if (last >= 0x30 && last <= 0x39) {
    for (let index = start; index < end - 1; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x30 || code > 0x39) return false;
    }
    return true;
  }
  if (text.charCodeAt(start) !== 0x20) return false;
  if (last !== 0x20 || length > longestBlankRun) return false;
  for (let index = start; index < end; index++) if (text.charCodeAt(index) !== 0x20) return false;
  return true;
}

/** One token, in the whole numbers in which shares are added up; each is rounded down, so sums stay sound. */
const WHOLE = 2 ** 20;
const NEVER = -(2 ** 40);

/** Proof steps 1 to 5. */
function addPiece(text: string, start: number, end: number, total: RunningTotal): void {
  // Lower: tokens of the stretches that are done, and the sum of shares of the one under way.
  let lower = 0;
  let shares = 0;
  // Upper: the most tokens of the bytes so far if the last is of one byte (single) or more (multi).
  let single = 0;
  let multi = NEVER;
  let before = NEVER; // the most tokens of all bytes but the last
  let open = NEVER; // the most tokens before any place where a longer token that is not yet two bytes old may begin
  let bytes = 0;
  let last = 0;
  let firstWideCharacter = 0;
  let hasByteOrderMark = false;

  for (let index = start; index < end; index++) {
    let code = text.charCodeAt(index);
    let width = 1;
    if (code >= 0x80) {
      if (code >= 0xd800 && code <= 0xdfff) {
        code = codePoint(text, index);
        if (code > 0xffff) index++;
        else code = 0xfffd; // what UTF-8 encoders write for half of a pair
      }
      if (code === 0xfeff) hasByteOrderMark = true;
      width = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }
    for (let place = 0; place < width; place++) {
      const byte = utf8Byte(code, width, place);
      if (bytes === 0) {
        single = 1;
        before = 0;
      } else {
        const flags = pairs[(last << 8) | byte] ?? 0;
        if ((flags & 8) === 0) {
          lower += Math.max(1, Math.ceil(shares / WHOLE));
          shares = 0;
        }
        const most = Math.max(single, multi);
        const nextSingle = (flags & 1) === 0 ? most + 1 : multi + 1;
        let nextMulti = (flags & 4) !== 0 ? open + 1 : NEVER;
        if ((flags & 1) !== 0 && before + 1 > nextMulti) nextMulti = before + 1;
        if ((flags & 2) !== 0 && before > open) open = before;
        single = nextSingle;
        multi = nextMulti;
        before = most;
      }
      if (place === 0) {
        shares += share[byte] ?? 0;
        if (width > 1 && firstWideCharacter === 0) firstWideCharacter = code;
      }
      last = byte;
      bytes++;
    }
  }
  lower += Math.max(1, Math.ceil(shares / WHOLE));
  let upper = Math.max(single, multi);
  if (hasByteOrderMark) {
    lower = 1;
    upper = bytes;
  }
  const endsInLetter = (last | 0x20) >= 0x61 && (last | 0x20) <= 0x7a;
  const expected = expectedPieceTokens({ bytes, firstWideCharacter, endsInLetter });
  total.lower += lower;
  total.upper += upper;
  total.estimate += Math.min(upper, Math.max(lower, expected));
}

function utf8Byte(code: number, width: number, place: number): number {
  if (width === 1) return code;
  const bits = code >> (6 * (width - 1 - place));
  if (place > 0) return 0x80 | (bits & 0x3f);
  return (width === 2 ? 0xc0 : width === 3 ? 0xe0 : 0xf0) | bits;
}

const pairs = expandRuns(pairRuns, 0x10000);
/** The share of a token that a character is at least, by its first byte, in 2^-20: 1/m(b). */
const share = Float64Array.from(expandRuns(mostCharacters, 256), (most) => (most === 0 ? 0 : Math.floor(WHOLE / most)));

function expandRuns(runs: string, length: number): Uint8Array {
  const values = new Uint8Array(length);
  let at = 0;
  for (const run of runs.split(",")) {
    const [value = "0", count = "1"] = run.split("*");
    const end = at + Number.parseInt(count, 36);
    values.fill(Number.parseInt(value, 36), at, end);
    at = end;
  }
  return values;
}
