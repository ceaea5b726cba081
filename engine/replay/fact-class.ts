import { countCutsNotAbove } from "../compile/count-not-above.js";
import type { TreeFact } from "../compile/decision-tree.js";
import { findString } from "../compile/string-table.js";
import type { FactType } from "../conditions/fact-definitions.js";
import { localTime } from "../conditions/local-time.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { usdToNano } from "../units/money.js";
import { factTypes, isOfType } from "./fact-types.js";
import type { RecordReader } from "./records/record-reader.js";
import { ABSENT, KNOWN, NUMBER, type RecordValues } from "./records/record-values.js";
import { MOST_VALUES } from "./records/value-table.js";

/** Values and texts that are told apart one by one; beyond it all classes are numbered anew. */
const MOST_CLASSES = 1 << 15;

/** Numbers for whatever is told apart by its own value. Negative, so that no cell is one. */
export class ClassNumbers {
  private readonly byValue = new Map<string | number, number>();

  get isFull(): boolean {
    return this.byValue.size >= MOST_CLASSES;
  }

  of(value: string | number): number {
    const known = this.byValue.get(value);
    if (known !== undefined) return known;
    const number = -1 - this.byValue.size;
    this.byValue.set(value, number);
    return number;
  }

  clear(): void {
    this.byValue.clear();
  }
}

/** How the numbers of a fact are told apart: those of another type not at all. */
const [OTHER_TYPE, BY_ITSELF, BY_CUTS, BY_CUTS_IN_DOLLARS, TIME_BY_ITSELF, TIME, LOCAL_TIME] = [0, 1, 2, 3, 4, 5, 6];

/**
 * What a policy can tell apart of one fact: requests whose facts are all of the same classes are decided alike. As the cells
 * of the tree, or the value itself where the tree looks at that. 0: absent, or not of its type.
 */
export class FactClass {
  private readonly number: number;
  private readonly record: RecordValues;
  private readonly form: number;
  private readonly cuts: Float64Array;
  /** By the numbers of the reader's values; 0: not asked yet. */
  private readonly classes = new Int32Array(MOST_VALUES);
  /** The minute since 1970 whose class was found last. */
  private epochMinute = Number.NaN;
  private classOfMinute = 0;

  /** @param fact undefined when its own value is looked at. */
  constructor(
    private readonly reader: RecordReader,
    private readonly numbers: ClassNumbers,
    name: string,
    private readonly type: FactType | undefined,
    private readonly fact: TreeFact | undefined,
  ) {
    this.record = reader.record;
    this.number = reader.record.numberOfFact(name);
    this.form = formOfNumbers(type, fact);
    this.cuts = fact?.cuts ?? new Float64Array();
  }

  /** The class of the fact in the record that was read last. */
  ofRecord(): number {
    const { number, record } = this;
    const kind = record.kinds[number];
    if (kind === KNOWN) {
      const known = record.known[number] as number;
      const found = this.classes[known] as number;
      return found === 0 ? this.ofKnown(known) : found;
    }
    if (kind === NUMBER) return this.ofNumber(record.numbers[number] as number);
    if (kind === ABSENT) return 0;
    const value = record.factAt(number);
    return value === undefined ? 0 : this.ofValue(value);
  }

  /** Forgets what was numbered. */
  clear(): void {
    this.classes.fill(0);
  }

  private ofKnown(number: number): number {
    const found = this.ofValue(this.reader.table.values[number]);
    this.classes[number] = found;
    return found;
  }

  private ofNumber(value: number): number {
    const { form, cuts } = this;
    switch (form) {
      case BY_CUTS:
        return 1 + countCutsNotAbove(cuts, value);
      case BY_CUTS_IN_DOLLARS:
        return 1 + countCutsNotAbove(cuts, usdToNano(value));
      case BY_ITSELF:
        return this.numbers.of(value);
      case OTHER_TYPE:
        return 0;
    }
    if (!isOfType(value, "time")) return 0;
    if (form === TIME_BY_ITSELF) return this.numbers.of(value);
    return form === TIME ? 1 : this.ofMinute(value);
  }

  private ofMinute(value: number): number {
    const epochMinute = Math.floor(value / 60_000);
    if (epochMinute !== this.epochMinute) {
      const { weekday, minute } = localTime(value, this.fact?.tz as string);
      this.epochMinute = epochMinute;
      this.classOfMinute = 1 + countCutsNotAbove(this.cuts, weekday * 1440 + minute);
    }
    return this.classOfMinute;
  }

  private ofValue(value: unknown): number {
    const { fact, numbers } = this;
    if (typeof value === "number") return this.ofNumber(value);
    if (!isOfType(value, this.type)) return 0;
    if (fact?.type === "string" && typeof value === "string") return 2 + findString(fact.strings, value);
    if (fact?.type === "boolean" && typeof value === "boolean") return value ? 2 : 1;
    if (fact?.type === "set" && Array.isArray(value)) {
      const named = (value as readonly string[]).filter((tag) => findString(fact.strings, tag) !== -1);
      return numbers.of(JSON.stringify([...new Set(named)].sort()));
    }
    return numbers.of(JSON.stringify(value));
  }
}

function formOfNumbers(type: FactType | undefined, fact: TreeFact | undefined): number {
  if (type === undefined) return BY_ITSELF;
  if (type === "time") return fact === undefined ? TIME_BY_ITSELF : fact.type === "local-time" ? LOCAL_TIME : TIME;
  if (type !== "number") return OTHER_TYPE;
  if (fact?.type !== "number") return BY_ITSELF;
  // The one fact in dollars; its cuts are whole nano-dollars.
  return fact.name === "budget_usd" ? BY_CUTS_IN_DOLLARS : BY_CUTS;
}

/**
 * The classes of the facts that deciding and ranking look at, except for the figures of ranking: sizes, limits, what is sticky.
 * @param ownValues names of facts whose own value matters.
 */
export function factClasses(
  { set, tree }: CompiledPolicy,
  ownValues: readonly string[],
  reader: RecordReader,
  numbers: ClassNumbers,
): readonly FactClass[] {
  const own = new Set(ownValues);
  for (const { predicate } of tree.memoised) {
    if (predicate.kind !== "logic") own.add(predicate.fact);
    else for (const name of predicate.reads) own.add(name);
  }
  const types = factTypes(set);
  const ofCells = tree.facts.filter(({ name }) => !own.has(name));
  return [
    ...Array.from(own, (name) => new FactClass(reader, numbers, name, types.get(name), undefined)),
    ...ofCells.map((fact) => new FactClass(reader, numbers, fact.name, types.get(fact.name), fact)),
  ];
}
