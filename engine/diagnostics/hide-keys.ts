/** Keys of providers are random: no name, version or date has 16 letters and digits in a row, of both. In capitals alone stand variables. */
export function looksLikeKey(text: string): boolean {
  return (text.match(/[a-z\d]{16,}/gi) ?? []).some((run) => /\d/.test(run) && /[a-z]/.test(run));
}

/**
 * A line of the catalog without keys that were written into it by mistake, and without the user and password of a URL.
 * Frames go to logs and pull requests, which more people read than the file. As long as the line: marks stay right.
 */
export function hideKeys(line: string): string {
  const stars = (text: string) => "*".repeat(text.length);
  return line
    .replace(/[\w-]{16,}/g, (word) => (looksLikeKey(word) ? stars(word) : word))
    .replace(/:\/\/([^/\s@]{1,200})@/g, (_, user: string) => `://${stars(user)}@`);
}
