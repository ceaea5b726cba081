/** A character that no policy file holds, with what to do about it. */
export interface StrayCharacter {
  readonly start: number;
  readonly message: string;
  readonly help: string;
}

/**
 * The first character that YAML does not allow (control characters: a binary file, most likely), or a carriage return
 * alone, which editors show as the end of a line and YAML does not take for one.
 */
export function findStrayCharacter(text: string): StrayCharacter | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const match = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/.exec(text);
  if (match === null) return undefined;
  const [found] = match;
  if (found === "\r") {
    const help = "save the file with line ends that are LF or CRLF";
    return { start: match.index, message: "a carriage return alone ends this line, which YAML does not read", help };
  }
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const message = `a control character (U+${code}) cannot stand in a policy file`;
  return { start: match.index, message, help: "remove it, and save the file as UTF-8 text" };
}
