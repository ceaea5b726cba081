/**
 * A text as every engine can store it, also within JSON. PostgreSQL refuses U+0000 and halves of surrogate pairs, and one row with
 * them would hold up all that wait behind it; clients choose some of these texts.
 */
export function storableText(text: string): string {
  const whole = text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd") : text;
  return whole.replace(LONE_SURROGATE, "\ufffd");
}

const LONE_SURROGATE = /\p{Surrogate}/gu;
