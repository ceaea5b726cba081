/** The longest tag, in UTF-16 units, after normalising. */
export const MAX_TAG_LENGTH = 64;
/** The most tags one request may carry. */
export const MAX_TAGS = 64;

const ASCII = /^[ -~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const REFUSED = /[,\u0000-\u001f\u007f]/;

/**
 * The one form of a tag, in policies and requests: Unicode NFC, trimmed, lower-cased.
 * @returns undefined when nothing is left, or it is longer than {@link MAX_TAG_LENGTH}, or it holds a comma or a
 *   control character (a comma separates tags in `x-route-tags`).
 */
export function normalizeTag(text: string): string | undefined {
  const isAscii = ASCII.test(text); // then there is one form, and asking for it takes most of the time
  const tag = isAscii ? text.trim().toLowerCase() : text.normalize("NFC").trim().toLowerCase().normalize("NFC");
  return tag === "" || tag.length > MAX_TAG_LENGTH || REFUSED.test(tag) ? undefined : tag;
}
