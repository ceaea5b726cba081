import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { CaseMeanings } from "./case-meanings.js";
import { PolicyDecider } from "./policy-decider.js";
import { type Decode, endOfLine, isPassedOver } from "./records/log-lines.js";
import { RecordReader } from "./records/record-reader.js";
import { isReproduced, parseDecision, recordedDestination } from "./replay-decision.js";
import { addComparison, emptySummary, noteDiffering, type ReplaySummary } from "./replay-summary.js";
import { ParsedRequest, ReadRequest, type Replayed, type ReplayedRequest } from "./replayed-request.js";

/**
 * Replays recorded decisions, one JSON document a line, and counts them. A decision whose own policy is known is decided
 * again under it first: that must give what was recorded. What it is compared with is that decision, else the record.
 */
export class LogReplay {
  readonly #summary: ReplaySummary = emptySummary();
  /** The decisions in a row that were made under one revision: a log has few of them. */
  #inRow: { readonly revision: string; readonly own: Replayed | undefined; count: number } | undefined;
  readonly #target: Replayed;
  /** The policies that decisions were made under, by revision. */
  readonly #baselines = new Map<string, Replayed>();
  readonly #decode: Decode;
  readonly #reader: RecordReader;
  readonly #read: ReadRequest;
  readonly #meanings = new CaseMeanings();

  constructor(target: CompiledPolicy, decode: Decode) {
    this.#decode = decode;
    this.#reader = new RecordReader(decode);
    this.#read = new ReadRequest(this.#reader, decode);
    this.#target = { policy: target, decider: new PolicyDecider(target, this.#reader, this.#meanings) };
    this.#baselines.set(target.revision, this.#target);
  }

  /** A policy that decisions of the log were made under. */
  addBaseline(policy: CompiledPolicy): void {
    if (this.#baselines.has(policy.revision)) return;
    this.#endRow();
    this.#baselines.set(policy.revision, { policy, decider: new PolicyDecider(policy, this.#reader, this.#meanings) });
  }

  /** The sums so far. */
  get summary(): ReplaySummary {
    this.#endRow();
    return this.#summary;
  }

  /** Replays a piece of the log: whole lines; the last may be without its end. */
  add(bytes: Uint8Array): void {
    const reader = this.#reader;
    reader.open(bytes);
    for (let start = 0; start < bytes.length; ) {
      const read = reader.read(start);
      const end = read === -1 ? endOfLine(bytes, start) : read;
      if (read === -1) this.#plainLine(this.#decode(bytes, start, end));
      else this.#replay(this.#read.at(bytes, start, end));
      start = end + 1;
    }
  }

  #plainLine(text: string): void {
    if (isPassedOver(text)) return;
    const record = parseDecision(text);
    if (record === undefined) this.#summary.unreadable++;
    else this.#replay(new ParsedRequest(record));
  }

  #replay(request: ReplayedRequest): void {
    const summary = this.#summary;
    const { record } = request;
    summary.decisions++;
    const own = this.#madeUnder(request.revision);
    const again = own === undefined ? undefined : request.destination(own);
    const after = again !== undefined && own === this.#target ? again : request.destination(this.#target, own);
    if (again !== undefined) {
      summary.checked++;
      if (!isReproduced(record, again)) noteDiffering(summary, request);
    }
    const before = again ?? recordedDestination(record, (endpoint) => request.latencyOf(endpoint));
    addComparison(summary, before, after, request);
  }

  /** Counts a decision by its revision. @returns that policy. */
  #madeUnder(revision: string): Replayed | undefined {
    let row = this.#inRow;
    if (row?.revision !== revision) {
      this.#endRow();
      row = { revision, own: this.#baselines.get(revision), count: 0 };
      this.#inRow = row;
    }
    row.count++;
    return row.own;
  }

  #endRow(): void {
    if (this.#inRow === undefined) return;
    const { revision, count } = this.#inRow;
    const { revisions } = this.#summary;
    revisions[revision] = (revisions[revision] ?? 0) + count;
    this.#inRow = undefined;
  }
}
