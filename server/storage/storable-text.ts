/**
 * A text as every engine can store it. PostgreSQL refuses U+0000, and one row with it would hold up all that wait behind it;
 * clients choose some of these texts.
 */
export function storableText(text: string): string {
  return text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd") : text;
}
