const quotes = "\u2018-\u201f\u00ab\u00bb\u2039\u203a\uff02\uff07";
const quotedText = new RegExp(`^[${quotes}](.*?)([${quotes}]?)$`, "su");

/** What to write in place of a plain text that begins with a quote as word processors and chats set it; undefined of any other. */
export function helpForTypographicQuotes(source: string): string | undefined {
  const quoted = quotedText.exec(source);
  if (quoted === null) return undefined;
  const [, inner = "", end] = quoted;
  if (end === "" || /["\\\n]/.test(inner)) return 'write straight quotes (`"`), or none';
  return `write \`"${inner}"\`; if the quotes belong to the text, \`"${source}"\``;
}
