import type { PolicyStatus } from "../../policy-files/policy-store.js";
import type { ShadowReport } from "../../shadow.js";
import { type MetricFamily, single } from "./prometheus-text.js";

/** The policy that serves, and its reloads. */
export function policyFamilies({
  serving,
  last_reload,
  last_success_at,
  reloads,
}: PolicyStatus): readonly MetricFamily[] {
  return [
    {
      name: "policy_info",
      type: "gauge",
      help: "1, with the name and the revision (its first 12 hex digits) of the policy that serves.",
      samples: [{ labels: { name: serving.name, revision: serving.revision.slice(0, 12) }, value: 1 }],
    },
    single(
      "policy_reload_successful",
      "gauge",
      "1 when the newest reload of the policy directory was taken, 0 when it was refused.",
      Number(last_reload.successful),
    ),
    single(
      "policy_reload_success_timestamp_seconds",
      "gauge",
      "When a reload last succeeded.",
      Date.parse(last_success_at) / 1_000,
    ),
    {
      name: "policy_reloads_total",
      type: "counter",
      help: "Reloads of the policy directory by result, the first load included.",
      samples: Object.entries(reloads).map(([result, value]) => ({ labels: { result }, value })),
    },
  ];
}

/** A policy that is tried beside the one that serves. */
export function shadowFamilies({
  policy,
  decisions,
  changed,
  fallbacks_changed,
  skipped,
}: ShadowReport): readonly MetricFamily[] {
  const { name, revision } = policy;
  const same = decisions - changed - fallbacks_changed;
  return [
    {
      name: "shadow_policy_info",
      type: "gauge",
      help: "1, with the name and the revision (its first 12 hex digits) of the policy that is tried.",
      samples: [{ labels: { name, revision: revision.slice(0, 12) }, value: 1 }],
    },
    {
      name: "routewright_shadow_decisions_total",
      type: "counter",
      help: "Decisions made again under the policy that is tried, by result; begins anew when either policy changes.",
      samples: Object.entries({ same, changed, fallbacks_changed, skipped }).map(([result, value]) => ({
        labels: { result },
        value,
      })),
    },
  ];
}
