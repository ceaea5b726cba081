import type { DecisionSummary, StoredDecision } from "../../storage/decisions/decision-store.js";
import type { DecisionEvent, DecisionsAnswer } from "../admin/answers.js";

/** A row of the list. */
export interface ListedDecision {
  readonly decision: StoredDecision;
  readonly summary: DecisionSummary;
}

export function fromPage({ decisions, summaries }: DecisionsAnswer): readonly ListedDecision[] {
  return decisions.flatMap((decision, place) => {
    const summary = summaries[place];
    return summary === undefined ? [] : [{ decision, summary }];
  });
}

export function fromEvent({ decision, rule, model, provider, status }: DecisionEvent): ListedDecision {
  return {
    decision,
    summary: { rule, status, ...(model === null ? {} : { model }), ...(provider === null ? {} : { provider }) },
  };
}

/** Puts decisions together, each once, newest first: ids sort by time. */
export function merge(some: readonly ListedDecision[], others: readonly ListedDecision[]): readonly ListedDecision[] {
  const byId = new Map([...others, ...some].map((one) => [one.decision.id, one]));
  return [...byId.values()].sort((a, b) => (a.decision.id < b.decision.id ? 1 : -1));
}
