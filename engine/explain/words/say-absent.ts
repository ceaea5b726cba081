/** `region is absent`, `priority, context_tokens and time are absent`. @param facts at least one name. */
export function sayAbsent(facts: readonly string[]): string {
  const [last = "", ...before] = [...facts].reverse();
  if (before.length === 0) return `${last} is absent`;
  return `${before.reverse().join(", ")} and ${last} are absent`;
}
