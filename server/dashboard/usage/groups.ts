/** What `/admin/usage` sums up by. */
export const groups = ["model", "endpoint", "rule", "key", "tenant", "app"] as const;
export type Group = (typeof groups)[number];
