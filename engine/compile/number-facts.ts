import type { PolicySet } from "../policy/policy-set.js";
import { buildCutBuckets } from "./cut-buckets.js";
import type { TreeFact } from "./decision-tree.js";
import { buildStringTable } from "./string-table.js";
import type { NamedCut, NamedFact, NamedText, SymbolTable } from "./symbol-table.js";

/** The facts of a policy, numbered, with the numbers of all that conditions name. */
export interface NumberedFacts {
  readonly facts: readonly TreeFact[];
  readonly tagCount: number;
  /** Of each symbol: the number of a fact, the cell of a string, the number of a tag, the cell that begins at a cut, the highest cell. */
  readonly numbers: Int32Array;
  /** What each fact was made of. */
  readonly made: readonly MadeFact[];
}

interface MadeFact {
  readonly symbol: number;
  /** Symbols in the order of their first mention. */
  readonly texts: number[];
  readonly cuts: number[];
}

const UNNUMBERED = -1;

/**
 * Numbers what rules name, in the order of its first mention.
 * @param mentions symbols of each rule.
 * @param before of another build with the same symbols: what is equal is not made again.
 */
export function numberFacts(
  mentions: readonly (readonly number[])[],
  table: SymbolTable,
  attributes: PolicySet["attributes"],
  before?: NumberedFacts,
): NumberedFacts {
  const { symbols } = table;
  const { numbers, made } = numberMentions(mentions, table);
  const defaults = new Map(attributes.map((attribute) => [attribute.name, attribute.default]));
  const known = new Map(
    before?.made.map((made, number) => [made.symbol, { ...made, fact: before.facts[number] as TreeFact }]),
  );
  let tagCount = 0;
  const facts = made.map((fact): TreeFact => {
    const { name, type, tz, highest, cuts: cutSymbols } = symbols[fact.symbol] as NamedFact;
    const old = known.get(fact.symbol);
    const firstTag = tagCount;
    if (type === "set") {
      tagCount += fact.texts.length;
      for (const [at, symbol] of fact.texts.entries()) numbers[symbol] = firstTag + at;
    }
    const isCutAlike = old !== undefined && isEqual(fact.cuts, old.cuts);
    const cuts = isCutAlike
      ? old.fact.cuts
      : Float64Array.from(fact.cuts, (symbol) => (symbols[symbol] as NamedCut).cut).sort();
    for (let at = 0; at < cuts.length; at++) numbers[cutSymbols.get(cuts[at] as number) as number] = at + 2;
    numbers[highest] = cuts.length + 1;
    const fallback = defaults.get(name);
    return {
      name,
      type,
      ...(fallback === undefined ? {} : { default: fallback }),
      strings:
        old !== undefined && isEqual(fact.texts, old.texts)
          ? old.fact.strings
          : buildStringTable(fact.texts.map((symbol) => (symbols[symbol] as NamedText).text)),
      firstTag,
      cuts,
      buckets: isCutAlike ? old.fact.buckets : buildCutBuckets(cuts),
      ...(tz === undefined ? {} : { tz }),
    };
  });
  // As the same object it tells that nothing has changed.
  const same = before !== undefined && isEqual(before.numbers, numbers) ? before.numbers : numbers;
  return { facts, tagCount, numbers: same, made };
}

/** Numbers facts and tags as they are first mentioned, and collects the texts and cuts of each fact. */
function numberMentions(
  mentions: readonly (readonly number[])[],
  { symbols }: SymbolTable,
): { readonly numbers: Int32Array; readonly made: readonly MadeFact[] } {
  const numbers = new Int32Array(symbols.length).fill(UNNUMBERED);
  const made: MadeFact[] = [];
  const numberSymbol = (symbol: number): void => {
    const named = symbols[symbol] as (typeof symbols)[number];
    numbers[symbol] = 0;
    switch (named.kind) {
      case "fact":
        numbers[symbol] = made.push({ symbol, texts: [], cuts: [] }) - 1;
        return;
      case "text":
        // Those of a set are moved behind other sets' tags later.
        numbers[symbol] = 1 + (made[numbers[named.fact] as number] as MadeFact).texts.push(symbol);
        return;
      case "cut":
        (made[numbers[named.fact] as number] as MadeFact).cuts.push(symbol);
        return;
      case "highest":
        return;
      case "part":
        visit(named.mentions);
    }
  };
  const visit = (list: readonly number[]): void => {
    for (let at = 0; at < list.length; at++) {
      const symbol = list[at] as number;
      if (numbers[symbol] === UNNUMBERED) numberSymbol(symbol);
    }
  };
  for (const list of mentions) visit(list);
  return { numbers, made };
}

function isEqual(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
