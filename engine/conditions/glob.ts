/** The longest glob, in UTF-16 units. */
const MAX_GLOB_LENGTH = 256;

/**
 * Whether the whole text fits the pattern: `*` stands for any run of characters, also none; everything else for itself.
 * Greedy from the left with one point to come back to, so at most pattern × text steps and no recursion.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let patternAt = 0;
  let textAt = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (textAt < text.length) {
    if (pattern[patternAt] === "*") {
      starAt = patternAt++;
      resumeAt = textAt;
    } else if (pattern[patternAt] === text[textAt]) {
      patternAt++;
      textAt++;
    } else if (starAt !== -1) {
      patternAt = starAt + 1;
      textAt = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[patternAt] === "*") patternAt++;
  return patternAt === pattern.length;
}

/** What is wrong with a glob, as a fragment for a diagnostic; undefined when it is sound. */
export function globProblem(pattern: string): string | undefined {
  if (pattern === "") return "an empty glob matches nothing a fact can hold";
  if (pattern.length > MAX_GLOB_LENGTH) return `a glob has at most ${MAX_GLOB_LENGTH} characters`;
  const [, special] = /([?[\]{}\\])/.exec(pattern) ?? [];
  if (special !== undefined) return `\`${special}\` has no meaning in a glob: only \`*\` does`;
  return pattern.includes("*") ? undefined : "a glob without `*` is the value itself";
}
