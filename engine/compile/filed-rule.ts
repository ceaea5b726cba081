import type { Necessary } from "./necessary.js";

/** A rule on its way into the tree. */
export interface FiledRule {
  readonly ruleNumber: number;
  /** Start of its program. */
  readonly program: number;
  /** At most one part for each fact: of several lists of tags, the one that is rarest. */
  readonly necessary: readonly Necessary[];
  /** In how many places below this point it may still be filed. INVARIANT: the sum over all its copies never grows. */
  readonly allowance: number;
}

/** Keys under which a rule is filed in a branch: cells (0 is absent) or tags. */
export function partOf({ necessary }: FiledRule, fact: number): Necessary | undefined {
  for (const part of necessary) if (part.fact === fact) return part;
  return undefined;
}
