/**
 * The character that begins at a UTF-16 index within the text, as `codePointAt` gives it: half of a pair is itself.
 *
 * Written out because Node 24's middle compiler (Maglev, V8 13.6) makes wrong code of `codePointAt` behind `charCodeAt`
 * in some loops: `tokenBounds` then gave other bounds for the same text from call to call
 * (test/engine/tokens/token-bounds-compiled.test.ts).
 */
export function codePoint(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code < 0xd800 || code > 0xdbff || index + 1 === text.length) return code;
  const next = text.charCodeAt(index + 1);
  return next < 0xdc00 || next > 0xdfff ? code : 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
}
