/** What looks like a space, or like nothing, and is no blank to YAML: chats and web pages put them into what is copied there. */
const disguised = "[\\u00a0\\u2000-\\u200d\\u202f\\u2060\\u3000]";

/** The first blank of a text that YAML does not know, as `U+00A0`; undefined when there is none. */
export function disguisedBlank(text: string): string | undefined {
  const found = new RegExp(disguised, "u").exec(text)?.[0];
  return found === undefined ? undefined : `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The first words of lines that are indented by such. */
export function disguisedIndents(
  text: string,
): readonly { readonly start: number; readonly end: number; readonly blanks: string }[] {
  const lines = text.matchAll(new RegExp(`^( *${disguised}(?: |${disguised})*)([^\\s:]+)`, "gmu"));
  return [...lines].map(({ index, 0: whole, 1: blanks = "" }) => ({
    start: index + blanks.length,
    end: index + whole.length,
    blanks,
  }));
}
