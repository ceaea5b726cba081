/** Where a text stands: inside `[…]` and `{…}` more characters mean something. */
export type Surroundings = "block" | "flow";

/**
 * A text as YAML writes it on one line: plain where that is read back as the same text, else in double quotes (single
 * ones when that saves escapes).
 *
 * Texts that a YAML 1.1 reader would take for something else (`yes`, `22:00`, `2026-11-24T09:00:00Z`) are quoted too, and so are
 * those that begin with a sign: `"=="`.
 */
export function writeText(text: string, surroundings: Surroundings): string {
  if (isPlain(text, surroundings)) return text;
  if (/["\\]/.test(text) && /^[^\p{C}']*$/u.test(text)) return `'${text}'`;
  return writeQuoted(text);
}

const LOOKS_LIKE_ANOTHER_TYPE = new RegExp(
  [
    "^(?:~|null|true|false|yes|no|on|off|y|n)$",
    "^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\\da-f_]+|[\\d_]+(?:\\.[\\d_]*)?(?:e[-+]?\\d+)?|\\.[\\d_]+(?:e[-+]?\\d+)?)$",
    "^[-+]?\\.(?:inf|nan)$",
    "^[-+]?\\d[\\d_]*(?::[0-5]?\\d)+(?:\\.[\\d_]*)?$",
    "^\\d{4}-\\d\\d?-\\d\\d?[Tt\\s]",
  ].join("|"),
  "i",
);

function isPlain(text: string, surroundings: Surroundings): boolean {
  if (!/^[\p{L}\p{N}_./$(]/u.test(text) || /[\p{C}\u2028\u2029]/u.test(text) || text !== text.trim()) return false;
  if (/:(?:\s|$)|\s#/.test(text) || /^(?:\.{3}|---)(?:\s|$)/.test(text)) return false;
  if (surroundings === "flow" && /[,[\]{}]|:$/.test(text)) return false;
  return !LOOKS_LIKE_ANOTHER_TYPE.test(text);
}

/** In double quotes; JSON's escapes are YAML's too, and what cannot be seen is escaped as well. */
function writeQuoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u0085]/gu, (character) => {
    return [...character].map((each) => escapeUnit(each)).join("");
  });
}

function escapeUnit(character: string): string {
  let escaped = "";
  for (let at = 0; at < character.length; at++) {
    escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}

/**
 * A text on lines of its own, without indentation: the header (`>-`, `|`, `|-`, `|+`) and what stands below it. Only
 * where nothing is lost; a text with several lines keeps them, a long line is folded at single blanks.
 *
 * @returns undefined for a text that such lines cannot hold exactly.
 */
export function writeBlockText(
  text: string,
  width: number,
): { readonly header: string; readonly lines: readonly string[] } | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a block cannot hold
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\t]|\p{Cs}/u.test(text) || /^ | $/m.test(text)) {
    return undefined;
  }
  if (!text.includes("\n")) return text === "" ? undefined : { header: ">-", lines: foldAtBlanks(text, width) };
  const [body = "", end = ""] = [text.replace(/\n+$/, ""), /\n*$/.exec(text)?.[0]];
  if (body === "" || body.startsWith("\n")) return undefined;
  const header = end === "" ? "|-" : end === "\n" ? "|" : undefined;
  return header === undefined ? undefined : { header, lines: body.split("\n") };
}

function foldAtBlanks(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<! ) (?! )/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
