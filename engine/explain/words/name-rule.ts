/** A rule that decides, in a sentence: by its id, or as the default route. */
export function nameRule(id: string): string {
  return id === "default" ? "the default route" : `rule ${id}`;
}
