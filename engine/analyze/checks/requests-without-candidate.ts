import type { Facts } from "../../evaluate/facts.js";
import type { Outcome } from "../../evaluate/outcome.js";
import { readInOrder } from "../../explain/in-order-reader.js";
import type { RequireRule, Route } from "../../policy/policy-set.js";
import { canonicalModelId } from "../../rank/canonical-model.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { expandCandidates } from "../../rank/expand-candidates.js";
import { rank } from "../../rank/rank.js";
import { unmetRequirement } from "../../rank/unmet-requirement.js";
import { type Check, type CheckContext, routesOf } from "../check-context.js";
import { isUnmeetable } from "../is-unmeetable.js";
import { boxesWhere, capabilityFacts, neverServes, surelyExcluded } from "../regions/candidate-regions.js";
import type { NumberedRule } from "../regions/policy-regions.js";
import { expandReferences } from "../regions/route-meaning.js";
import type { Box } from "../space/box.js";
import { factsOfBox } from "../space/facts-of-box.js";
import { writeRequest } from "../space/write-request.js";

/**
 * RW2202: requests that a route decides and none of its candidates can serve, because of one guard or one capability.
 * Windows and budgets are left to the client: every route has requests that are too long for it. With `--all` also what
 * several guards and limits bring about together.
 */
export const requestsWithoutCandidate: Check = function* (context) {
  const { regions, all, policy } = context;
  // The others are reported by themselves: no route can do anything about them.
  const meetable = regions.requires.filter(({ rule }) => !isUnmeetable(policy.set, rule));
  for (const { name, ruleNumber, route } of routesOf(context)) {
    const requests = requestsOf(context, ruleNumber, route);
    if (requests === undefined) continue;
    const found = [...foldGuards([...byGuard(context, requests, meetable)]), ...byCapability(context, requests)];
    for (const { because, request, severity } of found.length > 0 || !all ? found : together(context, requests)) {
      yield {
        code: "RW2202",
        severity,
        message: `${name} has no candidate for some of its requests: ${because}`,
        span: route.span,
        help: `for example ${writeRequest(request, context.definitions)}; ${advice(context, request)}`,
      };
    }
  }
};

function advice({ policy }: CheckContext, request: Facts): string {
  const outcome = readInOrder(policy.set, request);
  const { weights: _, ...own } = outcome.route.route;
  const all = { kind: "select", select: {}, span: own.span } as const;
  const route: Route = { ...own, to: [all], fallback: [], strategy: "order", onExhausted: "fail" };
  const { attempts } = rank(policy, { ...outcome, route: { ...outcome.route, route } }, request, {});
  return attempts.length > 0
    ? "add a candidate that can serve it"
    : "nothing in the catalog can: refuse it with a `deny` that says why, or write `# policy-ignore RW2202: reason` above the rule";
}

/** What a route decides. */
interface RouteRequests {
  readonly ruleNumber: number;
  readonly route: Route;
  readonly decided: readonly Box[];
  /** The candidates. */
  readonly entries: readonly CatalogEntry[];
}

/** A request that no candidate serves, and why. */
interface Unserved {
  readonly because: string;
  readonly request: Facts;
  readonly severity: "warning" | "info";
}

interface UnmetGuard extends Unserved {
  readonly guard: string;
}

/** @returns undefined for a route that can serve nothing at all: it is reported candidate by candidate. */
function requestsOf(context: CheckContext, ruleNumber: number, route: Route): RouteRequests | undefined {
  const { regions } = context;
  const decided = regions.intersect(regions.acts(ruleNumber), unnamedModels(context, route));
  const entries = staticCandidates(context, route);
  if (decided === undefined || entries.length === 0) return undefined;
  const reach = context.reach(ruleNumber);
  const isPlainlyServed = reach.kind === "decides" && !isUnserved(context, reach.request, reach.outcome, ruleNumber);
  const canServe = isPlainlyServed || !entries.every((entry) => neverServes(regions, ruleNumber, route, entry));
  return canServe ? { ruleNumber, route, decided, entries } : undefined;
}

function* byGuard(
  context: CheckContext,
  requests: RouteRequests,
  guards: readonly NumberedRule[],
): Generator<UnmetGuard> {
  for (const guard of guards) {
    const { rule } = guard;
    const isUnmet = (entry: CatalogEntry) => unmetRequirement(entry, rule as RequireRule, undefined) !== undefined;
    const needsPrice = (rule as RequireRule).require.maxCost !== undefined;
    const isMetByNone = requests.entries.every(
      (entry) => isUnmet(entry) || (needsPrice && entry.endpoint.price === undefined),
    );
    if (!isMetByNone) continue;
    const request = findUnserved(context, requests, context.regions.acts(guard.ruleNumber), [guard]);
    if (request === undefined) continue;
    yield { guard: rule.id, because: `none meets guard \`${rule.id}\``, request, severity: "warning" };
  }
}

/** Of more guards than these one finding shows the first and names the others: mostly it is one candidate that meets none. */
const MOST_GUARDS = 3;

function foldGuards(found: readonly UnmetGuard[]): readonly Unserved[] {
  const [first] = found;
  if (first === undefined || found.length <= MOST_GUARDS) return found;
  const named = found.slice(0, MOST_GUARDS).map(({ guard }) => `\`${guard}\``);
  const because = `none meets guards ${named.join(", ")} and ${found.length - MOST_GUARDS} more, each by itself`;
  return [{ ...first, because }];
}

function* byCapability(context: CheckContext, requests: RouteRequests): Generator<Unserved> {
  for (const [fact, capability] of capabilityFacts) {
    const isHad = requests.entries.some(({ model }) => model.capabilities.includes(capability));
    // What no model of the catalog can do is no route's fault.
    if (isHad || !canSome(context, capability)) continue;
    const asking = boxesWhere(context.regions.space, fact, (atom) => atom.kind === "boolean" && atom.value);
    const request = findUnserved(context, requests, asking, []);
    if (request !== undefined) {
      yield { because: `none has the capability \`${capability}\``, request, severity: "warning" };
    }
  }
}

function* together(context: CheckContext, requests: RouteRequests): Generator<Unserved> {
  const { policy } = context;
  const request = findUnserved(context, requests, excludedTogether(context, requests.entries, requests.route));
  if (request === undefined) return;
  const plan = rank(policy, readInOrder(policy.set, request), request, {});
  const reasons = [...new Set(plan.excluded.map(({ reason }) => `\`${reason}\``))].join(", ");
  yield { because: `together, guards and limits leave none (${reasons})`, request, severity: "info" };
}

/**
 * @param blamed left out: all guards are.
 * @returns a request of the areas that would not be served either if only the blamed guards acted.
 */
function findUnserved(
  context: CheckContext,
  { ruleNumber, decided }: RouteRequests,
  areas: readonly Box[] | undefined,
  blamed?: readonly NumberedRule[],
): Facts | undefined {
  const { regions, policy } = context;
  const shared = regions.intersect(decided, areas);
  const others = blamed === undefined ? [] : regions.requires.filter((guard) => !blamed.includes(guard));
  // First one that no other guard acts on, which shows best who is to blame.
  for (const guards of others.length === 0 ? [[]] : [others, []]) {
    const covers = guards.map(({ ruleNumber: guard }) => regions.acts(guard));
    const found = regions.find(shared, regions.above(ruleNumber), regions.deniedOf(ruleNumber), ...covers);
    const request = typeof found === "string" ? undefined : factsOfBox(regions.space, found);
    if (request === undefined) continue;
    const outcome = readInOrder(policy.set, request);
    const requirements = outcome.requirements.filter((rule) => !others.some((other) => other.rule === rule));
    if (isUnserved(context, request, { ...outcome, requirements }, ruleNumber)) return request;
  }
  return undefined;
}

function canSome({ policy }: CheckContext, capability: string): boolean {
  return policy.set.catalog.models.some((model) => model.capabilities.includes(capability));
}

function isUnserved({ policy }: CheckContext, request: Facts, outcome: Outcome, ruleNumber: number): boolean {
  if (outcome.denied !== undefined || outcome.route.ruleNumber !== ruleNumber) return false;
  return rank(policy, outcome, request, {}).attempts.length === 0;
}

/** A route with `requested` serves whatever model is named: what is asked is who serves those that name none. */
function unnamedModels({ regions, policy }: CheckContext, route: Route): readonly Box[] {
  const { to, fallback } = expandReferences(policy.set, route);
  if (![...to, ...fallback].includes("requested")) return [regions.space.layout.full()];
  const isUnnamed = (value: string) => canonicalModelId(policy.set.catalog, value) === undefined;
  return boxesWhere(
    regions.space,
    "model",
    (atom) => atom.kind === "absent" || (atom.kind === "string" && isUnnamed(atom.value)),
  );
}

function staticCandidates({ policy }: CheckContext, route: Route): readonly CatalogEntry[] {
  const { to, fallback } = expandCandidates(policy.set, route, undefined);
  return [...to, ...fallback];
}

/** Boxes in which what several candidates cannot serve is looked for. */
const MOST_EXCLUDED = 2_000;

/** Requests that each of the candidates is certain not to serve, for reasons other than length and budget. */
function excludedTogether(
  context: CheckContext,
  entries: readonly CatalogEntry[],
  route: Route,
): readonly Box[] | undefined {
  const { regions } = context;
  let common: readonly Box[] | undefined = [regions.space.layout.full()];
  for (const entry of entries) {
    common = regions.intersect(common, surelyExcluded(regions, entry, route), MOST_EXCLUDED);
    if (common === undefined) return undefined;
  }
  const plain = [
    boxesWhere(regions.space, "context_tokens", (atom) => atom.kind !== "number" || (atom.min?.value ?? 0) <= 1),
    boxesWhere(regions.space, "max_output_tokens", ({ kind }) => kind === "absent"),
    boxesWhere(regions.space, "budget_usd", ({ kind }) => kind === "absent"),
    ...capabilityFacts
      .filter(([, capability]) => !canSome(context, capability))
      .map(([fact]) => boxesWhere(regions.space, fact, (atom) => atom.kind !== "boolean" || !atom.value)),
  ];
  return plain.reduce((areas: readonly Box[] | undefined, each) => regions.intersect(areas, each), common);
}
