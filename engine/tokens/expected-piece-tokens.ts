/** What a piece of the pre-tokeniser consists of, as far as averages go. */
export interface PieceShape {
  /** In UTF-8. */
  readonly bytes: number;
  /** The code point of its first character that is not ASCII; 0 when all are. */
  readonly firstWideCharacter: number;
  /** Its last byte is an ASCII letter. */
  readonly endsInLetter: boolean;
}

/**
 * The average number of o200k_base tokens of a piece like this: not a whole number. Averages were fitted to the samples
 * of test/engine/tokens/sample-texts.ts and hold for text people write, not for noise.
 */
export function expectedPieceTokens({ bytes, firstWideCharacter, endsInLetter }: PieceShape): number {
  if (firstWideCharacter !== 0) return 0.35 + bytes * tokensPerWideByte(firstWideCharacter);
  if (endsInLetter) return bytes <= 8 ? 1.05 : 1.05 + (bytes - 8) * 0.15;
  return bytes <= 2 ? 1 : 1 + (bytes - 2) * 0.15;
}

/** Tokens per byte (UTF-8) by the first character beyond ASCII: [up to and excluding this code point, tokens a byte]. */
const tokensPerByte: readonly (readonly [number, number])[] = [
  [0x250, 0.17], // Latin with accents
  [0x400, 0.16], // Greek
  [0x530, 0.1], // Cyrillic
  [0x590, 0.12], // Armenian
  [0x800, 0.16], // Hebrew, Arabic
  [0xe00, 0.09], // scripts of South Asia
  [0xf00, 0.15], // Thai, Lao
  [0x10a0, 0.15], // Tibetan, Burmese
  [0x1100, 0.08], // Georgian
  [0x1e00, 0.3], // Ethiopic and other rare scripts
  [0x2000, 0.12], // Vietnamese letters
  [0x2e80, 0.3], // punctuation and symbols
  [0xa000, 0.26], // Chinese, Japanese
  [0xd800, 0.19], // Korean
  [0x10000, 0.3],
  [0x110000, 0.45], // emoji and all beyond the basic plane
];

function tokensPerWideByte(character: number): number {
  for (const [end, tokens] of tokensPerByte) if (character < end) return tokens;
  return 0.45;
}
