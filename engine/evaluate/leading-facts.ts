import type { CutBuckets } from "../compile/cut-buckets.js";
import * as buckets from "../compile/cut-buckets.js";
import type { TreeFact } from "../compile/decision-tree.js";
import type { StringTable } from "../compile/string-table.js";
import * as stringTable from "../compile/string-table.js";
import * as money from "../units/money.js";
import type { Facts } from "./facts.js";
import { builtInSources } from "./given-value.js";

const { countByBucket } = buckets;
const { findString } = stringTable;
const { usdToNano } = money;

/** What reading a built-in fact takes. */
interface LeadingFact {
  readonly number: number;
  readonly strings: StringTable;
  readonly cuts: Float64Array;
  readonly buckets: CutBuckets;
}

/**
 * Reads several built-in facts in a row, none of them a set or a time. Written out, so that the processor need not guess which fact
 * comes next and of what type it is: 13 facts took a quarter less than by `FactReader.read`.
 */
export class LeadingFacts {
  private areOfType = true;
  /** By source; undefined where the policy does not name it. */
  private readonly facts: readonly (LeadingFact | undefined)[];

  constructor(
    facts: readonly TreeFact[],
    private readonly cells: Int32Array,
  ) {
    this.facts = builtInSources.map((name) => {
      const number = facts.findIndex((fact) => fact.name === name);
      if (number === -1) return undefined;
      const { strings, cuts, buckets: ofCuts } = facts[number] as TreeFact;
      return { number, strings, cuts, buckets: ofCuts };
    });
  }

  /**
   * @param wanted bits of sources.
   * @returns whether all are of their type, or absent.
   */
  read(wanted: number, given: Facts): boolean {
    const { facts } = this;
    this.areOfType = true;
    if ((wanted & (1 << 14)) !== 0) this.boolean(facts[14] as LeadingFact, given.stream);
    if ((wanted & (1 << 15)) !== 0) this.boolean(facts[15] as LeadingFact, given.uses_tools);
    if ((wanted & (1 << 16)) !== 0) this.boolean(facts[16] as LeadingFact, given.uses_vision);
    if ((wanted & (1 << 17)) !== 0) this.boolean(facts[17] as LeadingFact, given.uses_json_schema);
    if ((wanted & (1 << 3)) !== 0) this.number(facts[3] as LeadingFact, given.context_tokens);
    if ((wanted & (1 << 4)) !== 0) this.number(facts[4] as LeadingFact, given.max_output_tokens);
    if ((wanted & (1 << 5)) !== 0) this.dollars(facts[5] as LeadingFact, given.budget_usd);
    if ((wanted & (1 << 6)) !== 0) this.number(facts[6] as LeadingFact, given.max_latency_ms);
    if ((wanted & (1 << 18)) !== 0) this.number(facts[18] as LeadingFact, given.spend_ratio);
    if ((wanted & (1 << 2)) !== 0) this.string(facts[2] as LeadingFact, given.model);
    if ((wanted & (1 << 7)) !== 0) this.string(facts[7] as LeadingFact, given.priority);
    if ((wanted & (1 << 8)) !== 0) this.string(facts[8] as LeadingFact, given.session);
    if ((wanted & (1 << 9)) !== 0) this.string(facts[9] as LeadingFact, given.region);
    if ((wanted & (1 << 10)) !== 0) this.string(facts[10] as LeadingFact, given.tenant);
    if ((wanted & (1 << 11)) !== 0) this.string(facts[11] as LeadingFact, given.app);
    if ((wanted & (1 << 12)) !== 0) this.string(facts[12] as LeadingFact, given.user);
    if ((wanted & (1 << 13)) !== 0) this.string(facts[13] as LeadingFact, given.key);
    return this.areOfType;
  }

  private boolean({ number }: LeadingFact, value: unknown): void {
    this.cells[number] = value === true ? 2 : value === false ? 1 : this.absent(value);
  }

  private number({ number, cuts, buckets: ofCuts }: LeadingFact, value: unknown): void {
    this.cells[number] =
      typeof value === "number" && !Number.isNaN(value) ? 1 + countByBucket(cuts, ofCuts, value) : this.absent(value);
  }

  private dollars({ number, cuts, buckets: ofCuts }: LeadingFact, value: unknown): void {
    this.cells[number] =
      typeof value === "number" && !Number.isNaN(value)
        ? 1 + countByBucket(cuts, ofCuts, usdToNano(value))
        : this.absent(value);
  }

  private string({ number, strings }: LeadingFact, value: unknown): void {
    this.cells[number] = typeof value === "string" ? 2 + findString(strings, value) : this.absent(value);
  }

  private absent(value: unknown): number {
    if (value !== undefined) this.areOfType = false;
    return 0;
  }
}
