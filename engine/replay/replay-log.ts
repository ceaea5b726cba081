import type { Facts } from "../evaluate/facts.js";
import { factsOfRecord } from "../explain/record-facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { type Decode, eachLine, isPassedOver } from "./log-lines.js";
import { RecordReader } from "./record-reader.js";
import {
  destinationOf,
  isReproduced,
  parseDecision,
  type RecordedChoice,
  recordedDestination,
} from "./replay-decision.js";
import { addComparison, emptySummary, type ReplaySummary } from "./replay-summary.js";

const CLOSE_MAP = 125;

/**
 * Replays recorded decisions, one JSON document a line, and counts them. A decision whose own policy is known is decided
 * again under it first: that must give what was recorded. What it is compared with is that decision, else the record.
 */
export class LogReplay {
  readonly summary: ReplaySummary = emptySummary();
  readonly #target: CompiledPolicy;
  /** The policies that decisions were made under, by revision. */
  readonly #baselines = new Map<string, CompiledPolicy>();
  readonly #decode: Decode;
  readonly #reader: RecordReader;

  constructor(target: CompiledPolicy, decode: Decode) {
    this.#target = target;
    this.#decode = decode;
    this.#reader = new RecordReader(
      target.set.attributes.map(({ name }) => name),
      decode,
    );
    this.addBaseline(target);
  }

  /** A policy that decisions of the log were made under. */
  addBaseline(policy: CompiledPolicy): void {
    this.#baselines.set(policy.revision, policy);
  }

  /** Replays a piece of the log: whole lines; the last may be without its end. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    this.#reader.open(bytes);
    eachLine(bytes, (start, end) => this.#line(bytes, start, end));
  }

  #line(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const reader = this.#reader;
    if (bytes[end - 1] === CLOSE_MAP && reader.read(start, end)) {
      const { facts, revision } = reader;
      this.#decision(
        reader,
        facts,
        revision,
        () => (parseDecision(this.#decode(bytes, start, end)) as { id: string }).id,
      );
      return;
    }
    const text = this.#decode(bytes, start, end);
    if (isPassedOver(text)) return;
    const record = parseDecision(text);
    if (record === undefined) this.summary.unreadable++;
    else this.#decision(record, factsOfRecord(record), record.policy.revision, () => record.id);
  }

  #decision(record: RecordedChoice, facts: Facts, revision: string, idOf: () => string): void {
    const { summary } = this;
    summary.decisions++;
    summary.revisions[revision] = (summary.revisions[revision] ?? 0) + 1;
    const own = this.#baselines.get(revision);
    const again = own === undefined ? undefined : destinationOf(own, facts, record.world);
    const after =
      again !== undefined && own === this.#target ? again : destinationOf(this.#target, facts, record.world);
    if (again !== undefined) {
      summary.checked++;
      if (!isReproduced(record, again)) {
        summary.differingCount++;
        if (summary.differing.length < 3) summary.differing.push(idOf());
      }
    }
    addComparison(summary, again ?? recordedDestination(record), after, () => ({ id: idOf(), facts }));
  }
}
