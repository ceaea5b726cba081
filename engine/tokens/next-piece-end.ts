import { codePoint } from "./code-point.js";

/** What the pre-tokeniser of o200k_base asks about a character; every character has exactly one class. */
const UPPER = 1; // \p{Lu} \p{Lt}
const LOWER = 2; // \p{Ll}
const OTHER_LETTER = 3; // \p{Lm} \p{Lo}
const MARK = 4; // \p{M}
const NUMBER = 5; // \p{N}
const NEWLINE = 6; // \r \n
const SPACE = 7; // the rest of \s
const SYMBOL = 8; // everything else, lone surrogates too

/** Class by code point, filled in when a character is first seen; 0 is "not asked yet". */
const classes = new Uint8Array(0x110000);

/**
 * Where the piece that begins at `start` ends (exclusive, UTF-16 index), as the pre-tokeniser of o200k_base cuts it.
 * Tokens never cross the ends of pieces, so a text has exactly the sum of its pieces' tokens.
 *
 * The same cut as this expression (gpt-tokenizer's, with JavaScript's `\s`), found in one pass and without backtracking:
 *
 *     P?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+C?   P = [^\r\n\p{L}\p{N}]
 *     P?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*C?   C = 's 't 'd 'm 'll 've 're, in either case
 *     \p{N}{1,3}      ?[^\s\p{L}\p{N}]+[\r\n/]*     \s*[\r\n]+     \s+(?!\S)     \s+
 *
 * A piece depends on the text from its start onward only, so a scan may begin at any piece's start.
 *
 * @param start 0 or the end of a piece; less than the length of the text.
 */
export function nextPieceEnd(text: string, start: number): number {
  const first = classAt(text, start);
  const next = start + widthAt(text, start);

  if (first === NUMBER) {
    let end = next;
    for (let count = 1; count < 3 && end < text.length && classAt(text, end) === NUMBER; count++) {
      end += widthAt(text, end);
    }
    return end;
  }

  if (first <= OTHER_LETTER) return lettersEnd(text, start);
  if (first !== NEWLINE && next < text.length && classAt(text, next) <= MARK) {
    const end = lettersEnd(text, next, first === MARK ? start : next);
    if (end !== -1) return end;
  }
  if (first === MARK) return lettersEnd(text, start);

  if (first === SYMBOL) return symbolsEnd(text, next);
  if (text.charCodeAt(start) === 0x20 && next < text.length) {
    const second = classAt(text, next);
    if (second === SYMBOL || second === MARK) return symbolsEnd(text, next);
  }
  return whiteSpaceEnd(text, start);
}

/**
 * The end of `[UOM]*[LOM]+C?`, else of `[UOM]+[LOM]*C?`, from `start` (U upper, L lower, O other letter, M mark).
 *
 * @param markBefore where the piece begins when it begins with a mark that was taken as the prefix: then the first form
 *   without a prefix goes before the second form with one, and its only match is that mark alone.
 */
function lettersEnd(text: string, start: number, markBefore = start): number {
  let end = start;
  let lastUncased = -1;
  let found = 0;
  while (end < text.length) {
    found = classAt(text, end);
    if (found > MARK || found === LOWER) break;
    end += widthAt(text, end);
    if (found !== UPPER) lastUncased = end;
  }
  if (end < text.length && found === LOWER) {
    while (end < text.length) {
      found = classAt(text, end);
      if (found > MARK || found === UPPER) break;
      end += widthAt(text, end);
    }
  } else if (lastUncased !== -1) {
    // `[UOM]*` gives back as far as the last letter without case, which is all that `[LOM]+` can then take.
    end = lastUncased;
  } else if (markBefore < start) {
    return start;
  }
  return end + contractionLength(text, end);
}

function contractionLength(text: string, start: number): number {
  if (text.charCodeAt(start) !== 0x27) return 0;
  const first = text.charCodeAt(start + 1) | 0x20;
  if (first === 0x73 || first === 0x64 || first === 0x6d || first === 0x74) return isAscii(text, start + 1) ? 2 : 0;
  const second = text.charCodeAt(start + 2) | 0x20;
  const isContraction = (first === 0x6c && second === 0x6c) || ((first === 0x76 || first === 0x72) && second === 0x65);
  return isContraction && isAscii(text, start + 1) && isAscii(text, start + 2) ? 3 : 0;
}

/** Whether `| 0x20` above folded a letter's case and nothing else. */
function isAscii(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x41 && code < 0x7f;
}

function symbolsEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length) {
    const found = classAt(text, end);
    if (found !== SYMBOL && found !== MARK) break;
    end += widthAt(text, end);
  }
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code !== 0x0a && code !== 0x0d && code !== 0x2f) break;
    end++;
  }
  return end;
}

function whiteSpaceEnd(text: string, start: number): number {
  let end = start;
  let afterNewline = -1;
  while (end < text.length) {
    const found = classAt(text, end);
    if (found !== NEWLINE && found !== SPACE) break;
    end++;
    if (found === NEWLINE) afterNewline = end;
  }
  if (afterNewline !== -1) return afterNewline;
  // The last space goes with the word after it.
  return end === text.length || end === start + 1 ? end : end - 1;
}

function classAt(text: string, index: number): number {
  const character = codePoint(text, index);
  const known = classes[character] ?? 0;
  return known !== 0 ? known : classify(character);
}

function widthAt(text: string, index: number): number {
  return codePoint(text, index) > 0xffff ? 2 : 1;
}

const tests: readonly (readonly [RegExp, number])[] = [
  [/[\r\n]/u, NEWLINE],
  [/\s/u, SPACE],
  [/[\p{Lu}\p{Lt}]/u, UPPER],
  [/\p{Ll}/u, LOWER],
  [/\p{L}/u, OTHER_LETTER],
  [/\p{M}/u, MARK],
  [/\p{N}/u, NUMBER],
];

function classify(character: number): number {
  const text = String.fromCodePoint(character);
  const found = tests.find(([test]) => test.test(text))?.[1] ?? SYMBOL;
  classes[character] = found;
  return found;
}
