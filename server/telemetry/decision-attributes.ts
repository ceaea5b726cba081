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
  const fallbacks: string[] = [];
  for (let at = 1; at < attempts.length; at++) fallbacks.push(attempts[at]?.endpoint.id ?? "");
  const list: (AttributeValue | KnownAttributes)[] = [names.ROUTE_DECISION_ID, id, ofPolicy(policy)];
  list.push(names.ROUTE_RULE, outcome.denied?.rule.id ?? plan?.rule ?? outcome.route.rule);
  list.push(
    names.ROUTE_REQUIREMENTS,
    outcome.requirements.map((rule) => rule.id),
  );
  list.push(names.ROUTE_DENIED, outcome.denied !== undefined, names.ROUTE_FALLBACKS, fallbacks);
  list.push(names.ROUTE_CANDIDATES_CONSIDERED, attempts.length + excluded, names.ROUTE_CANDIDATES_EXCLUDED, excluded);
  if (outcome.denied !== undefined) list.push(names.ROUTE_DENIED_RULE, outcome.denied.rule.id);
  const [first] = attempts;
  if (first !== undefined) list.push(ofEndpoint(first.endpoint));
  return list;
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
    ...[names.CANDIDATE_ENDPOINT, endpoint.id],
    ...[names.CANDIDATE_RULE, rule],
    ...[names.CANDIDATE_REASON, reason],
    ...[names.CANDIDATE_DETAIL, detail],
  ];
}
