/** A git revision as people see it: 12 hex digits, and `-dirty` where it is. */
export function shortGit(git: string): string {
  return git.replace(/^([0-9a-f]{12})[0-9a-f]+/, "$1");
}
