/** The longest tag, in UTF-16 units, after normalising. */
export const MAX_TAG_LENGTH = 64;
/** The most tags one request may carry. */
export const MAX_TAGS = 64;

/**
 * A longer text, in UTF-16 units, is too long in NFC too: no unit is made of more than four (U+1F82 is). Normalising it would take a
 * time that grows with the square of its length, when it is one letter with marks above and below.
 */
const MAX_WRITTEN_LENGTH = 4 * MAX_TAG_LENGTH;

const ASCII = /^[ -~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const REFUSED = /[,\u0000-\u001f\u007f]/;

/**
 * The one form of a tag, in policies and requests: Unicode NFC, trimmed, lower-cased.
 * @returns undefined when nothing is left, or it is longer than {@link MAX_TAG_LENGTH}, or it holds a comma or a
 *   control character (a comma separates tags in `x-route-tags`).
 */
export function normalizeTag(text: string): string | undefined {
  const written = text.trim();
  if (written.length > MAX_WRITTEN_LENGTH) return undefined;
  const isAscii = ASCII.test(written); // then there is one form, and asking for it takes most of the time
  const tag = isAscii ? written.toLowerCase() : written.normalize("NFC").toLowerCase().normalize("NFC");
  return tag === "" || tag.length > MAX_TAG_LENGTH || REFUSED.test(tag) ? undefined : tag;
}
