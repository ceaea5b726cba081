import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { Span } from "../../../engine/diagnostics/diagnostic.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { Outcome } from "../../../engine/evaluate/outcome.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type {
  CandidateReference,
  Catalog,
  Endpoint,
  Model,
  PolicySet,
  Price,
  Provider,
  Requirement,
  RequireRule,
  Route,
  RouteRule,
} from "../../../engine/policy/policy-set.js";
import { rank } from "../../../engine/rank/rank.js";
import type { RoutePlan } from "../../../engine/rank/route-plan.js";
import type { World } from "../../../engine/rank/world.js";
import { parsePricePerMillionTokens, parseUsd } from "../../../engine/units/money.js";

export const span: Span = { file: "policy.yaml", start: 0, end: 1 };
const always: Condition = { kind: "all", conditions: [], span };

/** A model as tests write it: prices in USD per million tokens, one endpoint per provider. */
export interface ModelText {
  readonly on?: readonly (string | (Partial<Endpoint> & { readonly provider: string }))[];
  readonly window?: number;
  readonly maxOutput?: number;
  readonly can?: readonly string[];
  readonly quality?: number;
  /** `[input, output]`; left out: no price. */
  readonly price?: readonly [string, string];
}

export function price([input, output]: readonly [string, string]): Price {
  return { input: parsePricePerMillionTokens(input)!, output: parsePricePerMillionTokens(output)! };
}

export function catalogOf(
  models: Record<string, ModelText>,
  providers: Record<string, Partial<Provider>> = {},
): Catalog {
  const names = new Set(Object.keys(providers));
  const built = Object.entries(models).map(([id, text]): Model => {
    const shared = {
      contextWindow: text.window ?? 128_000,
      ...(text.maxOutput === undefined ? {} : { maxOutputTokens: text.maxOutput }),
      ...(text.price === undefined ? {} : { price: price(text.price) }),
    };
    const endpoints = (text.on ?? [id.split("/")[0]!]).map((written): Endpoint => {
      const own = typeof written === "string" ? { provider: written } : written;
      names.add(own.provider);
      const { region, retentionDays } = providers[own.provider] ?? {};
      return {
        id: `${id}@${own.provider}`,
        model: id,
        upstreamModel: id.split("/")[1]!,
        span,
        ...shared,
        ...(region === undefined ? {} : { region }),
        ...(retentionDays === undefined ? {} : { retentionDays }),
        ...own,
      };
    });
    const quality = text.quality === undefined ? {} : { quality: text.quality };
    return { id, capabilities: text.can ?? [], endpoints, span, ...shared, ...quality };
  });
  return {
    models: built,
    providers: [...names].map((name) => ({ name, format: "openai", headers: [], span, ...providers[name] })),
  };
}

/** `requested`, `author/model`, `author/model@provider`, or the name of a pool. */
export function reference(text: string): CandidateReference {
  const [model = "", provider] = text.split("@");
  if (text === "requested") return { kind: "requested", span };
  if (provider !== undefined) return { kind: "endpoint", model, provider, span };
  return text.includes("/") ? { kind: "model", model, span } : { kind: "pool", pool: text, span };
}

export type RouteText = Partial<Omit<Route, "to" | "fallback" | "maxCost" | "weights">> & {
  readonly to: readonly (string | CandidateReference)[];
  readonly fallback?: readonly string[];
  readonly maxCostUsd?: string;
  readonly weights?: Record<string, number>;
};

export function routeOf({ to, fallback = [], maxCostUsd, weights, ...rest }: RouteText): Route {
  return {
    strategy: "order",
    timeouts: {},
    retries: 0,
    fallbackOn: [],
    onExhausted: "fail",
    span,
    to: to.map((item) => (typeof item === "string" ? reference(item) : item)),
    fallback: fallback.map(reference),
    ...rest,
    ...(maxCostUsd === undefined ? {} : { maxCost: parseUsd(maxCostUsd)! }),
    ...(weights === undefined
      ? {}
      : { weights: Object.entries(weights).map(([candidate, weight]) => ({ candidate, weight })) }),
  };
}

export interface SetText {
  readonly models: Record<string, ModelText>;
  readonly providers?: Record<string, Partial<Provider>>;
  readonly pools?: Record<string, readonly string[]>;
  /** Route rules in order, all of them true. */
  readonly rules?: Record<string, RouteText>;
  readonly default: RouteText;
}

export function policyOf(text: SetText): CompiledPolicy {
  const rules = Object.entries(text.rules ?? {}).map(
    ([id, route]): RouteRule => ({ id, effect: "route", condition: always, route: routeOf(route), span }),
  );
  const set: PolicySet = {
    name: "test",
    attributes: [],
    pools: Object.entries(text.pools ?? {}).map(([name, items]) => ({ name, items: items.map(reference), span })),
    rules,
    defaultRoute: routeOf(text.default),
    catalog: catalogOf(text.models, text.providers),
  };
  // Ranking never walks the tree.
  return { name: "test", revision: "0".repeat(64), set, tree: buildDecisionTree(set), tests: [], files: [] };
}

export function requireRule(id: string, require: Requirement): RequireRule {
  return { id, rule: id, effect: "require", condition: always, require, span };
}

/** Ranks the default route, or rule `rule` when given. */
export function planOf(
  policy: CompiledPolicy,
  facts: Facts = {},
  world: World = {},
  requirements: readonly RequireRule[] = [],
): RoutePlan {
  return rank(policy, outcomeOf(policy, requirements), facts, world);
}

/** The first rule decides when there is one, else the default. */
export function outcomeOf({ set }: CompiledPolicy, requirements: readonly RequireRule[] = []): Outcome {
  const first = set.rules[0];
  const route: Outcome["route"] =
    first?.effect === "route"
      ? { rule: first.id, ruleNumber: 0, route: first.route }
      : { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute };
  return { denied: undefined, requirements, route };
}

/** The ids of the attempts, best first. */
export function order(plan: RoutePlan): readonly string[] {
  return plan.attempts.map((attempt) => attempt.endpoint.id);
}

/** `endpoint: reason: detail` of everything left out. */
export function leftOut(plan: RoutePlan): readonly string[] {
  return plan.excluded.map(({ endpoint, reason, detail }) => `${endpoint.id}: ${reason}: ${detail}`);
}
