import type { Necessary } from "../necessary.js";

/** A rule on its way into the tree. */
export interface FiledRule {
  readonly ruleNumber: number;
  /** Start of its program. */
  readonly program: number;
  /** At most one part for each fact: of several lists of tags, the one that is rarest. */
  readonly necessary: readonly Necessary[];
  /** Whether these say all that the program asks. */
  readonly isSaid: boolean;
  /** In how many places below this point it may still be filed. INVARIANT: the sum over all its copies never grows. */
  readonly allowance: number;
}

/** What a rule cannot act without, of one fact. */
export function partOf({ necessary }: FiledRule, fact: number): Necessary | undefined {
  for (const part of necessary) if (part.fact === fact) return part;
  return undefined;
}

/** Values a bitmap looks at, of a list that is not filed any more. */
const LONGEST_COLUMN = 256;

/** The part that a column of a bitmap may narrow by: no list that would be read in each of many places. */
export function columnPartOf(rule: FiledRule, fact: number): Necessary | undefined {
  const part = partOf(rule, fact);
  if (part === undefined || part.kind === "interval") return part;
  return part.keys.length <= Math.max(LONGEST_COLUMN, rule.allowance) ? part : undefined;
}

/** A rule may be filed this often, or as often as it names values in one list if that is more, */
const LEAST_ALLOWANCE = 16;
/** as long as the list is no longer than this. A longer list's values are shared out among the rules that hold it. */
const OWN_VALUES = 64;

/**
 * Says how often each rule may be filed. All together may be filed at most 64 times a rule, and once for each value of a long
 * list: a list that many rules share (it stands in their scope) tells none of them from the others.
 */
export function allowFiling(rules: readonly Omit<FiledRule, "allowance">[]): readonly FiledRule[] {
  let uses: ReadonlyMap<Necessary, number> | undefined;
  const allowanceFor = (part: Necessary): number => {
    if (part.kind === "interval") return 1;
    const values = part.keys.length + 1;
    if (values <= OWN_VALUES) return values;
    uses ??= countUses(rules, (other) => other.kind !== "interval" && other.keys.length >= OWN_VALUES);
    return Math.max(OWN_VALUES, Math.floor(values / (uses.get(part) as number)));
  };
  return rules.map(({ ruleNumber, program, necessary, isSaid }) => {
    let allowance = LEAST_ALLOWANCE;
    for (const part of necessary) allowance = Math.max(allowance, allowanceFor(part));
    return { ruleNumber, program, necessary, isSaid, allowance };
  });
}

/** Leaves of several lists of tags only the one whose most used tag is used least: a request finds the fewest rules there. */
export function withRarestTags(rules: readonly FiledRule[], tagCount: number): readonly FiledRule[] {
  if (!rules.some(({ necessary }) => hasTwoLists(necessary))) return rules;
  const uses = new Int32Array(tagCount);
  for (const [part, count] of countUses(rules, ({ kind }) => kind === "tags")) {
    if (part.kind === "tags") for (const tag of part.keys) uses[tag] = (uses[tag] as number) + count;
  }
  const known = new Map<Necessary, number>();
  const mostUses = (part: Necessary & { kind: "tags" }): number => {
    const most = known.get(part) ?? part.keys.reduce((greatest, tag) => Math.max(greatest, uses[tag] as number), 0);
    known.set(part, most);
    return most;
  };
  return rules.map((rule) => {
    if (!hasTwoLists(rule.necessary)) return rule;
    const kept: Necessary[] = [];
    for (const part of rule.necessary) {
      const at = part.kind === "tags" ? kept.findIndex(({ fact }) => fact === part.fact) : -1;
      const other = kept[at];
      if (other?.kind !== "tags" || part.kind !== "tags") kept.push(part);
      else if (mostUses(part) < mostUses(other)) kept[at] = part;
    }
    return { ...rule, necessary: kept, isSaid: false };
  });
}

/** Whether a rule has several lists of tags for one fact. */
function hasTwoLists(necessary: readonly Necessary[]): boolean {
  for (let at = 1; at < necessary.length; at++) {
    const { kind, fact } = necessary[at] as Necessary;
    if (kind !== "tags") continue;
    for (let before = 0; before < at; before++) if (necessary[before]?.fact === fact) return true;
  }
  return false;
}

/** In how many rules each of some parts stands: what a shared condition says is one object in all of them. */
function countUses(
  rules: readonly Pick<FiledRule, "necessary">[],
  counts: (part: Necessary) => boolean,
): ReadonlyMap<Necessary, number> {
  const uses = new Map<Necessary, number>();
  for (const { necessary } of rules) {
    for (const part of necessary) if (counts(part)) uses.set(part, (uses.get(part) ?? 0) + 1);
  }
  return uses;
}
