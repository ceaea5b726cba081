import type { Facts } from "../evaluate/facts.js";
import { factsOfRecord } from "../explain/record-facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { PolicyDecider } from "./policy-decider.js";
import type { Decode } from "./records/log-lines.js";
import type { RecordReader } from "./records/record-reader.js";
import {
  type Destination,
  destinationOf,
  parseDecision,
  type RecordedChoice,
  type RecordedDecision,
} from "./replay-decision.js";
import type { Example } from "./replay-summary.js";

/** A policy, decided the fast way and the plain way. */
export interface Replayed {
  readonly policy: CompiledPolicy;
  readonly decider: PolicyDecider;
}

/** The request of a recorded decision. */
export interface ReplayedRequest {
  readonly record: RecordedChoice;
  /** Of the policy it was decided under. */
  readonly revision: string;
  /** Where it goes under a policy. @param other a policy that it was decided under just before. */
  destination(policy: Replayed, other?: Replayed): Destination;
  /** The latency that the record has of an endpoint, milliseconds. */
  latencyOf(endpoint: string): number | undefined;
  example(): Example;
}

/** That of the record that a reader has read last. Made once for a log. */
export class ReadRequest implements ReplayedRequest {
  readonly record: RecordReader["record"];
  private bytes: Uint8Array = new Uint8Array();
  private start = 0;
  private end = 0;

  constructor(
    reader: RecordReader,
    private readonly decode: Decode,
  ) {
    this.record = reader.record;
  }

  /** Takes up the line that was just read. */
  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    return this;
  }

  get revision(): string {
    return this.record.revision;
  }

  destination({ decider }: Replayed, other?: Replayed): Destination {
    return decider.destination(other?.decider);
  }

  latencyOf(endpoint: string): number | undefined {
    return this.record.latencyOf(endpoint);
  }

  example(): Example {
    const { id } = parseDecision(this.decode(this.bytes, this.start, this.end)) as RecordedDecision;
    return { id, facts: this.record.facts() };
  }
}

/** That of a record that was parsed. */
export class ParsedRequest implements ReplayedRequest {
  private readonly facts: Facts;

  constructor(readonly record: RecordedDecision) {
    this.facts = factsOfRecord(record);
  }

  get revision(): string {
    return this.record.policy.revision;
  }

  destination({ policy }: Pick<Replayed, "policy">): Destination {
    return destinationOf(policy, this.facts, this.record.world);
  }

  latencyOf(endpoint: string): number | undefined {
    return this.record.world.latency_ms?.[endpoint];
  }

  example(): Example {
    return { id: this.record.id, facts: this.facts };
  }
}
