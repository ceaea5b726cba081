import type { DecisionRecord, SourceFile } from "../../../engine/serving.js";
import type { Content } from "../../content/prepare-content.js";
import type { HealthReport } from "../../dispatch/report-health.js";
import type { BudgetJson } from "../../http/budgets-to-json.js";
import type { WhyNot } from "../../http/control-plane/why-not-worker.js";
import type { UsageRow } from "../../ledger/usage-query.js";
import type { PolicyStatus } from "../../policy-files/policy-store.js";
import type { ShadowReport } from "../../shadow.js";
import type { DecisionSummary, StoredDecision } from "../../storage/decisions/decision-store.js";

// What the control plane answers with (docs/http.md). Only types come from the server's code; none of it is in the page.

export interface PolicyAnswer extends PolicyStatus {
  /** The policy that is tried beside the one that serves, where there is one. */
  readonly shadow?: ShadowAnswer["policy"];
}

/** Of `GET /admin/shadow`. */
export type ShadowAnswer = ShadowReport;

export type HealthAnswer = HealthReport;

/** Of `POST /admin/explain` with `why_not`. */
export type WhyNotAnswer = WhyNot;

export interface DecisionsAnswer {
  readonly decisions: readonly StoredDecision[];
  /** One for each decision. */
  readonly summaries: readonly DecisionSummary[];
}

/** A `decision` event of `/admin/decisions/stream`. */
export interface DecisionEvent {
  readonly rule: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly status: number;
  readonly decision: StoredDecision;
}

/** A record whose policy is not known any more comes without its reasons. */
export interface DecisionAnswer {
  readonly record: DecisionRecord | StoredDecision;
  readonly content?: Content;
}

export interface SnapshotAnswer {
  readonly files: readonly SourceFile[];
}

export interface UsageAnswer {
  readonly from: string;
  readonly to: string;
  readonly truncated?: true;
  readonly usage: readonly UsageRow[];
}

export interface KeysAnswer {
  readonly keys: readonly ListedKey[];
}

/** Of `GET /admin/keys/{id}`. */
export interface KeyAnswer {
  readonly key: ListedKey;
  readonly budgets: readonly BudgetJson[] | null;
}

export interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly state: "active" | "expired" | "revoked";
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly region?: string;
  readonly tags: readonly string[];
  readonly allow: readonly string[];
  readonly scopes: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly limits: {
    /** USD by period. */
    readonly budgets?: Readonly<Record<string, number>>;
    readonly requests_per_minute?: number;
    readonly tokens_per_minute?: number;
    readonly concurrent?: number;
  };
  readonly created?: string;
  readonly expires?: string;
  readonly last_used?: string;
}
