// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Text in which nothing can steer a terminal or turn the direction of reading: tabs as one blank, so that marks stand
 * under what they mark, and control characters (C0, C1, bidirectional) and line separators as `·`.
 */
export function visible(text: string): string {
  return text.replaceAll("\t", " ").replace(unseen, "·");
}
