import type { AttributeValue } from "@opentelemetry/api";
import type { CompiledPolicy, Endpoint, Exclusion } from "../../engine/serving.js";
import { type AttributeList, KnownAttributes } from "./attribute-list.js";
import * as names from "./attribute-names.js";
import type { RequestTrace } from "./request-tracing.js";

/** A decision as attributes of its span. */
export function decisionAttributes({
  id,
  policy,
  outcome,
  plan,
}: Pick<Parameters<RequestTrace["decided"]>[0], "id" | "policy" | "outcome" | "plan">): AttributeList {
  const attempts = plan?.attempts ?? [];
  const excluded = plan?.excluded.length ?? 0;
  const { denied } = outcome;
  const [first] = attempts;
  // In one piece: a list that grows takes room for sixteen more.
  const list: readonly (AttributeValue | KnownAttributes)[] = [
    names.ROUTE_DECISION_ID,
    id,
    ofPolicy(policy),
    names.ROUTE_RULE,
    denied?.rule.id ?? plan?.rule ?? outcome.route.rule,
    names.ROUTE_REQUIREMENTS,
    outcome.requirements.map((rule) => rule.id),
    names.ROUTE_DENIED,
    denied !== undefined,
    names.ROUTE_FALLBACKS,
    attempts.slice(1).map(({ endpoint }) => endpoint.id),
    names.ROUTE_CANDIDATES_CONSIDERED,
    attempts.length + excluded,
    names.ROUTE_CANDIDATES_EXCLUDED,
    excluded,
  ];
  if (denied !== undefined) return [...list, names.ROUTE_DENIED_RULE, denied.rule.id];
  return first === undefined ? list : list.concat(ofEndpoint(first.endpoint));
}

const policies = new WeakMap<CompiledPolicy, KnownAttributes>();

function ofPolicy(policy: CompiledPolicy): KnownAttributes {
  const { name, revision } = policy;
  const known =
    policies.get(policy) ?? new KnownAttributes([names.ROUTE_POLICY_NAME, name, names.ROUTE_POLICY_REVISION, revision]);
  policies.set(policy, known);
  return known;
}

const endpoints = new WeakMap<Endpoint, KnownAttributes>();

function ofEndpoint(endpoint: Endpoint): KnownAttributes {
  const { id, model, provider } = endpoint;
  const known =
    endpoints.get(endpoint) ??
    new KnownAttributes([names.ROUTE_MODEL, model, names.ROUTE_PROVIDER, provider, names.ROUTE_ENDPOINT, id]);
  endpoints.set(endpoint, known);
  return known;
}

export function exclusionAttributes({ endpoint, rule, reason, detail }: Exclusion): AttributeList {
  return [
    names.CANDIDATE_ENDPOINT,
    endpoint.id,
    names.CANDIDATE_RULE,
    rule,
    names.CANDIDATE_REASON,
    reason,
    names.CANDIDATE_DETAIL,
    detail,
  ];
}
