/** What one policy set may hold. Beyond it the set is refused (RW1004). Sizes count UTF-16 units. */
export const limits = {
  fileSize: 4 * 1024 * 1024,
  totalSize: 64 * 1024 * 1024,
  files: 2_000,
  /** Maps and lists within each other in one file: 32 `all` are 64 of them, JsonLogic below them as many again. */
  nesting: 160,
  /** `all`, `any` and `not` within each other in one condition. */
  conditionDepth: 32,
  /** Pools within each other. */
  poolDepth: 32,
  /** Files that include each other. */
  includeDepth: 16,
  rules: 50_000,
  /** Findings that are reported; a last one says how many more there are. */
  diagnostics: 100,
} as const;
