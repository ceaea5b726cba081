import { countCutsNotAbove } from "../compile/count-not-above.js";
import type { TreeFact } from "../compile/decision-tree.js";
import { findString } from "../compile/string-table.js";
import type { FactType } from "../conditions/fact-definitions.js";
import { localTime } from "../conditions/local-time.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { usdToNano } from "../units/money.js";
import { factTypes, isOfType } from "./fact-types.js";
import type { RecordReader } from "./record-reader.js";
import { ABSENT, KNOWN, NUMBER, type RecordValues } from "./record-values.js";

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

/**
 * What a policy can tell apart of one fact: requests whose facts are all of the same classes are decided alike. As the cells
 * of the tree, or the value itself where the tree looks at that. 0: absent, or not of its type.
 */
export class FactClass {
  private readonly number: number;
  private readonly record: RecordValues;
  /** By the numbers of the reader's values; 0: not asked yet. */
  private classes = new Int32Array(256);
  private generation = 0;

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
  }

  /** The class of the fact in the record that was read last. */
  ofRecord(): number {
    const { number, record } = this;
    switch (record.kinds[number]) {
      case ABSENT:
        return 0;
      case KNOWN:
        return this.ofKnown(record.known[number] as number);
      case NUMBER:
        return this.ofNumber(record.numbers[number] as number);
      default: {
        const value = record.factAt(number);
        return value === undefined ? 0 : this.ofValue(value);
      }
    }
  }

  /** Forgets what was numbered. */
  clear(): void {
    this.classes.fill(0);
  }

  private ofKnown(number: number): number {
    if (this.generation !== this.reader.generation) {
      this.generation = this.reader.generation;
      this.clear();
    }
    if (number >= this.classes.length) {
      const larger = new Int32Array(2 * number);
      larger.set(this.classes);
      this.classes = larger;
    }
    const known = this.classes[number] as number;
    if (known !== 0) return known;
    const found = this.ofValue(this.reader.table.values[number]);
    this.classes[number] = found;
    return found;
  }

  private ofNumber(value: number): number {
    const { fact } = this;
    if (!isOfType(value, this.type)) return 0;
    if (fact?.type === "number") {
      // The one fact in dollars; its cuts are whole nano-dollars.
      return 1 + countCutsNotAbove(fact.cuts, fact.name === "budget_usd" ? usdToNano(value) : value);
    }
    if (fact?.type === "local-time" && fact.tz !== undefined) {
      const { weekday, minute } = localTime(value, fact.tz);
      return 1 + countCutsNotAbove(fact.cuts, weekday * 1440 + minute);
    }
    if (fact?.type === "time") return 1;
    return this.numbers.of(value);
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
