/** Names of a hint that are shown. */
const MAX_SHOWN = 5;

/** What a hint names, of the catalog: of other words, which may be anything, only how many there are. */
export function shown(names: readonly (string | undefined)[]): string {
  const known = [...new Set(names)].filter((name) => name !== undefined);
  const unknown = names.filter((name) => name === undefined).length;
  const first = known.slice(0, MAX_SHOWN);
  const more = known.length - first.length;
  return [
    ...first,
    ...(more === 0 ? [] : [`${more} more`]),
    ...(unknown === 0 ? [] : [`${unknown} that the catalog does not have`]),
  ].join(", ");
}

/** The client's own words: some of them, shortened. */
export function listed(words: readonly string[], show = (word: string) => word): string {
  const first = words.slice(0, MAX_SHOWN).map((word) => show(word.slice(0, 100)));
  const more = words.length - first.length;
  return more === 0 ? first.join(", ") : `${first.join(", ")} and ${more} more`;
}

export function quoted(words: readonly string[]): string {
  return listed(words, JSON.stringify);
}
