/** The two files that every policy set has; all others are included, or hold tests. */
export const ROOT = "policy.yaml";
export const CATALOG = "catalog.yaml";
