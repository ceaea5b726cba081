import type { Attributes } from "@opentelemetry/api";
import type { Exclusion } from "../../engine/index.js";
import * as names from "./attribute-names.js";
import type { RequestTrace } from "./request-tracing.js";

/** A decision as attributes of its span. */
export function decisionAttributes({
  id,
  policy,
  outcome,
  plan,
}: Pick<Parameters<RequestTrace["decided"]>[0], "id" | "policy" | "outcome" | "plan">): Attributes {
  const [first, ...fallbacks] = plan?.attempts ?? [];
  const excluded = plan?.excluded.length ?? 0;
  const attributes: Attributes = {
    [names.ROUTE_DECISION_ID]: id,
    [names.ROUTE_POLICY_NAME]: policy.name,
    [names.ROUTE_POLICY_REVISION]: policy.revision,
    [names.ROUTE_RULE]: outcome.denied?.rule.id ?? plan?.rule ?? outcome.route.rule,
    [names.ROUTE_REQUIREMENTS]: outcome.requirements.map((rule) => rule.id),
    [names.ROUTE_DENIED]: outcome.denied !== undefined,
    [names.ROUTE_FALLBACKS]: fallbacks.map((attempt) => attempt.endpoint.id),
    [names.ROUTE_CANDIDATES_CONSIDERED]: (plan?.attempts.length ?? 0) + excluded,
    [names.ROUTE_CANDIDATES_EXCLUDED]: excluded,
  };
  if (outcome.denied !== undefined) attributes[names.ROUTE_DENIED_RULE] = outcome.denied.rule.id;
  if (first !== undefined) {
    attributes[names.ROUTE_MODEL] = first.endpoint.model;
    attributes[names.ROUTE_PROVIDER] = first.endpoint.provider;
    attributes[names.ROUTE_ENDPOINT] = first.endpoint.id;
  }
  return attributes;
}

export function exclusionAttributes({ endpoint, rule, reason, detail }: Exclusion): Attributes {
  return {
    [names.CANDIDATE_ENDPOINT]: endpoint.id,
    [names.CANDIDATE_RULE]: rule,
    [names.CANDIDATE_REASON]: reason,
    [names.CANDIDATE_DETAIL]: detail,
  };
}
