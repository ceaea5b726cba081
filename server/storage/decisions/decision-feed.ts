import { type DecisionColumns, decisionRow, fitsFilter } from "./decision-columns.js";
import type { DecisionFilter, DecisionSummary, StoredDecision } from "./decision-store.js";

/** One decision as it was made, with what lists show of it. */
export interface FedDecision {
  readonly columns: DecisionColumns;
  readonly decision: StoredDecision;
}

interface Subscriber {
  readonly filter: DecisionFilter;
  readonly take: (fed: FedDecision) => void;
  readonly end: () => void;
}

/** Tells whoever listens about each decision of this server as it is recorded. Costs nothing while nobody does. */
export class DecisionFeed {
  readonly #subscribers = new Set<Subscriber>();
  #isClosed = false;

  publish(decision: StoredDecision, summary: DecisionSummary): void {
    if (this.#subscribers.size === 0) return;
    const columns = decisionRow(decision, summary, ""); // lists show no record
    for (const { filter, take } of this.#subscribers) if (fitsFilter(columns, filter)) take({ columns, decision });
  }

  /** Once the feed is closed the subscription ends at once. @returns ends the subscription. */
  subscribe(subscriber: Subscriber): () => void {
    if (this.#isClosed) {
      subscriber.end();
      return () => undefined;
    }
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** The server is stopping: a stream that begins now, on a connection that is open still, would hold that up. */
  close(): void {
    this.#isClosed = true;
    for (const { end } of this.#subscribers) end();
    this.#subscribers.clear();
  }
}
