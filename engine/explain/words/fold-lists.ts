/** Values of a list that are written where there are more than {@link MOST}. */
const SHOWN = 10;
const MOST = 20;

const value = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s,()"]+)`;
const values = new RegExp(value, "g");
const longList = new RegExp(`((?:${value}, ){${SHOWN}})((?:${value}, ){${MOST - SHOWN},}${value})`, "g");

/**
 * Words of a condition without the walls of names in them: of a list of more than 20 values the first 10, and how many more there are. For
 * people; documents have them all.
 */
export function foldLists(words: string): string {
  return words.replace(longList, (_, first: string, rest: string) => `${first}… (${rest.match(values)?.length} more)`);
}
