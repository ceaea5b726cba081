import { singleTokenWords } from "./o200k-vocabulary-facts.js";

const words = singleTokenWords.split(" ");
const longest = Math.max(...words.map(({ length }) => length));

/** Their letters, one word after another, and where each begins; the last entry is the end. */
const letters = Uint8Array.from(words.join(""), (letter) => letter.charCodeAt(0));
const starts = new Uint32Array(words.length + 1);
for (const [number, word] of words.entries()) starts[number + 1] = (starts[number] as number) + word.length;

/** The words in a hash table with open places: 1 + the number of a word, 0 for none. Twice as many places as words. */
const places = new Uint16Array(2 * 2 ** Math.ceil(Math.log2(words.length)));
const LAST_PLACE = places.length - 1;
for (const [number, word] of words.entries()) {
  let hash = 0;
  for (let index = 0; index < word.length; index++) hash = nextHash(hash, word.charCodeAt(index));
  let place = firstPlace(hash);
  while (places[place] !== 0) place = (place + 1) & LAST_PLACE;
  places[place] = number + 1;
}

/** The piece that begins at a space: its end, and whether it is one token for certain. */
export const spacedWord = { end: 0, isToken: false };

/**
 * Reads a space and the word of ASCII letters behind it, which most pieces of most prompts are, in some 2 ns a character:
 * the same piece as `nextPieceEnd` finds.
 * @param start of a piece; a space. @returns false when it is another piece: then {@link spacedWord} says nothing.
 */
export function readSpacedWord(text: string, start: number): boolean {
  let hash = 0;
  let end = start + 1;
  let isLower = false;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code >= 0x61 && code <= 0x7a) isLower = true;
    else if (code >= 0x41 && code <= 0x5a) {
      if (isLower) break; // a capital begins the next piece
    } else if (code === 0x27 || code >= 0x80) {
      return false; // a contraction, or a letter or mark that goes on
    } else break;
    hash = nextHash(hash, code);
  }
  if (end === start + 1) return false;
  spacedWord.end = end;
  spacedWord.isToken = end - start - 1 <= longest && isKnown(text, start + 1, end, hash);
  return true;
}

function isKnown(text: string, start: number, end: number, hash: number): boolean {
  for (let place = firstPlace(hash); ; place = (place + 1) & LAST_PLACE) {
    const number = places[place] as number;
    if (number === 0) return false;
    const first = starts[number - 1] as number;
    if ((starts[number] as number) - first !== end - start) continue;
    let at = start;
    while (at < end && letters[first + at - start] === text.charCodeAt(at)) at++;
    if (at === end) return true;
  }
}

function nextHash(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

function firstPlace(hash: number): number {
  return (hash ^ (hash >>> 13)) & LAST_PLACE;
}
