import type { Condition } from "../conditions/condition.js";
import { decideInOrder } from "../evaluate/decide-in-order.js";
import type { Facts } from "../evaluate/facts.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import { writeCondition } from "../explain/write-condition.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { Endpoint, Route } from "../policy/policy-set.js";
import type { TestExpectation } from "../policy/policy-test.js";
import { canonicalModelId } from "../rank/canonical-model.js";
import { type CatalogEntry, indexCatalog } from "../rank/catalog-index.js";
import { expandCandidates } from "../rank/expand-candidates.js";
import { expectedCost } from "../rank/expected-cost.js";
import { rank } from "../rank/rank.js";
import type { World } from "../rank/world.js";
import { nanoToUsd, usdToNano } from "../units/money.js";
import type { FactAtom, FactAxis } from "./axis.js";
import type { Box } from "./box.js";
import { buildSpace } from "./build-space.js";
import { mayBeExcluded, mayCostMore } from "./candidate-bounds.js";
import { boxesWhere, surelyExcluded } from "./candidate-regions.js";
import { catalogCuts, rankFacts } from "./check-context.js";
import { factsOfBox } from "./facts-of-box.js";
import type { Cut } from "./number-atoms.js";
import { type NumberedRule, PolicyRegions } from "./policy-regions.js";
import { httpRequests } from "./request-assumptions.js";
import { atomOfFacts } from "./request-space.js";
import { expandReferences } from "./route-meaning.js";
import { definitionsOf } from "./write-request.js";

/** What one key of a property's `expect` comes to. */
export type Verdict =
  | { readonly kind: "proved" }
  | { readonly kind: "refuted"; readonly request: Facts; readonly world: World }
  | { readonly kind: "undecided"; readonly why: string };

export interface Property {
  readonly policy: CompiledPolicy;
  readonly forall: Condition;
}

/** One expectation: the key of `expect` with its value, alone. */
export type SingleExpectation = Pick<TestExpectation, keyof TestExpectation>;

/**
 * Whether an expectation holds for every request over HTTP that meets a condition: `max_cost_usd` and `not_model` whatever
 * the state of the providers, `model` when nothing is known of them. A request that is refused, or that no candidate can
 * serve, costs nothing and reaches no model.
 *
 * @param fails whether one request, in one world, is a counterexample: what is suspicious is tried before it is shown.
 */
export function proveProperty(
  { policy, forall }: Property,
  expectation: SingleExpectation,
  fails: (request: Facts, world: World) => boolean,
): Verdict {
  return new Proof(policy, forall, expectation, fails).verdict();
}

/** Requests among which a counterexample would be. */
interface Suspicion {
  readonly areas: readonly Box[] | undefined;
  readonly covers: readonly (readonly Box[] | undefined)[];
  /** Worlds to try, beside the plain one. */
  readonly worlds?: readonly World[];
  /** Further changes of the request to try: sizes at their limits, models to name. */
  readonly variants?: (request: Facts) => readonly Facts[];
  /** What remains unproved if no counterexample is found. */
  readonly why: string;
}

class Proof {
  readonly #policy: CompiledPolicy;
  readonly #expectation: SingleExpectation;
  readonly #fails: (request: Facts, world: World) => boolean;
  readonly #regions: PolicyRegions;
  readonly #all: readonly Box[] | undefined;
  readonly #forall: Condition;

  constructor(
    policy: CompiledPolicy,
    forall: Condition,
    expectation: SingleExpectation,
    fails: (request: Facts, world: World) => boolean,
  ) {
    this.#policy = policy;
    this.#forall = forall;
    this.#expectation = expectation;
    this.#fails = fails;
    const cuts = new Map<string, readonly Cut[]>(catalogCuts(policy));
    if (expectation.maxCostUsd !== undefined) {
      cuts.set("budget_usd", [{ value: usdToNano(expectation.maxCostUsd), isAfter: true }]);
    }
    const space = buildSpace({
      sets: [policy.set],
      conditions: [forall],
      facts: rankFacts,
      cuts,
      assumptions: httpRequests,
    });
    this.#regions = new PolicyRegions(space, policy.set);
    this.#all = this.#regions.conditions.of(forall, "true");
  }

  verdict(): Verdict {
    if (this.#all?.length === 0) {
      const text = writeCondition(this.#forall, definitionsOf(this.#policy.set));
      return { kind: "undecided", why: `no request meets \`forall\`: ${text}` };
    }
    let open: string | undefined;
    for (const suspicion of this.#suspicions()) {
      const { areas, covers, why } = suspicion;
      const found = this.#regions.find(areas, ...covers, []);
      if (found === "none") continue;
      const counterexample = found === "undecided" ? undefined : this.#try(found, suspicion);
      if (counterexample !== undefined) return counterexample;
      open ??= why;
    }
    return open === undefined ? { kind: "proved" } : { kind: "undecided", why: open };
  }

  #try(box: Box, { worlds = [], variants = () => [] }: Suspicion): Verdict | undefined {
    const request = factsOfBox(this.#regions.space, box);
    if (request === undefined) return undefined;
    for (const facts of [request, ...variants(request)]) {
      for (const world of [{}, ...worlds]) {
        if (this.#meetsForall(facts) && this.#fails(facts, world)) return { kind: "refuted", request: facts, world };
      }
    }
    return undefined;
  }

  #meetsForall(facts: Facts): boolean {
    const { set } = this.#policy;
    const filled = withDefaults(set, facts);
    const isHeld = this.#regions.space.axes.every((axis) => atomOfFacts(axis, filled) !== undefined);
    const probe = {
      ...set,
      rules: [
        { id: "forall", effect: "route", condition: this.#forall, route: set.defaultRoute, span: this.#forall.span },
      ],
    } as const;
    return isHeld && decideInOrder(probe, filled).route.ruleNumber === 0;
  }

  *#suspicions(): Iterable<Suspicion> {
    const { denied, rule, requirements, notModel, maxCostUsd, model } = this.#expectation;
    if (denied !== undefined) yield* this.#aboutDenial(denied);
    if (rule !== undefined) yield* this.#aboutRule(rule);
    if (requirements !== undefined) yield* this.#aboutRequirements(requirements);
    if (notModel !== undefined) yield* this.#aboutNotModel(notModel);
    if (maxCostUsd !== undefined) yield* this.#aboutCost(usdToNano(maxCostUsd));
    if (model !== undefined) yield* this.#aboutModel(model);
  }

  *#aboutDenial(denied: boolean | string): Iterable<Suspicion> {
    const regions = this.#regions;
    const why = "whether some request is refused";
    if (denied === true) yield { areas: this.#all, covers: [this.#refused()], why };
    if (denied === false) yield { areas: regions.intersect(this.#all, this.#refused()), covers: [], why };
    if (typeof denied !== "string") return;
    const reported = regions.denies.find(({ rule }) => rule.id === denied);
    if (reported === undefined) return;
    yield { areas: this.#all, covers: [regions.acts(reported.ruleNumber)], why: `whether rule ${denied} refuses all` };
    const above = regions.denies.filter(({ ruleNumber }) => ruleNumber < reported.ruleNumber);
    for (const { rule, ruleNumber } of above) {
      const areas = regions.intersect(this.#all, regions.acts(ruleNumber));
      yield { areas, covers: [], why: `whether rule ${rule.id} is reported in place of ${denied}` };
    }
  }

  *#aboutRule(id: string): Iterable<Suspicion> {
    const regions = this.#regions;
    const { rules } = this.#policy.set;
    const at = rules.findIndex((rule) => rule.id === id);
    const ruleNumber = at === -1 ? rules.length : at;
    yield* this.#aboutDenial(false);
    yield { areas: this.#all, covers: [regions.acts(ruleNumber)], why: `whether rule ${id} matches all` };
    for (const other of regions.routes) {
      if (other.ruleNumber >= ruleNumber) continue;
      const areas = regions.intersect(this.#all, regions.acts(other.ruleNumber));
      yield { areas, covers: [], why: `whether rule ${other.rule.id} takes some of them` };
    }
    if (goesOn(rules[ruleNumber])) {
      yield { areas: this.#all, covers: [], why: `rule ${id} has \`on_exhausted: next_rule\`, so another may serve` };
    }
  }

  *#aboutRequirements(ids: readonly string[]): Iterable<Suspicion> {
    const regions = this.#regions;
    for (const { rule, ruleNumber } of regions.requires) {
      const why = `whether rule ${rule.id} acts`;
      if (ids.includes(rule.id)) yield { areas: this.#all, covers: [regions.acts(ruleNumber)], why };
      else yield { areas: regions.intersect(this.#all, regions.acts(ruleNumber)), covers: [], why };
    }
  }

  *#aboutNotModel(name: string): Iterable<Suspicion> {
    for (const { id, ruleNumber, route, entries } of this.#routes()) {
      for (const entry of entries) {
        if (!isNamed(entry, name)) continue;
        yield {
          areas: this.#reaching(ruleNumber),
          covers: [this.#refused(), surelyExcluded(this.#regions, entry, route), this.#notNaming(route, entry)],
          worlds: [this.#allDownBut(entry)],
          variants: (request) => [{ ...request, model: entry.model.id }],
          why: `whether ${entry.endpoint.id} can be the first attempt of rule ${id}`,
        };
      }
    }
  }

  *#aboutCost(limit: number): Iterable<Suspicion> {
    const regions = this.#regions;
    for (const { id, ruleNumber, route, entries } of this.#routes()) {
      if (route.maxCost !== undefined && route.maxCost <= limit) continue;
      // What a guard or the client's own budget holds to less is left out when it costs more.
      const held = regions.requires.filter(({ rule }) => {
        return rule.effect === "require" && rule.require.maxCost !== undefined && rule.require.maxCost <= limit;
      });
      const limited = held.map((guard: NumberedRule) => regions.acts(guard.ruleNumber));
      const budgeted = boxesWhere(regions.space, "budget_usd", (atom) => budgetOf(atom) <= limit);
      for (const entry of entries) {
        yield {
          areas: regions.intersect(this.#reaching(ruleNumber), mayCostMore(regions, entry, limit)),
          covers: [
            this.#refused(),
            surelyExcluded(regions, entry, route),
            this.#notNaming(route, entry),
            budgeted,
            ...limited,
          ],
          worlds: [this.#allDownBut(entry)],
          variants: (request) => [...this.#justDearer(request, entry, limit), ...this.#largest(request, entry)],
          why: `whether ${entry.endpoint.id} can cost more by rule ${id}`,
        };
      }
    }
  }

  *#aboutModel(name: string): Iterable<Suspicion> {
    const regions = this.#regions;
    yield* this.#aboutDenial(false);
    for (const { id, ruleNumber, route } of this.#routes()) {
      const areas = this.#reaching(ruleNumber);
      const { to } = expandReferences(this.#policy.set, route);
      const candidates = expandCandidates(this.#policy.set, { ...route, fallback: [] }, undefined).to;
      const at = candidates.findIndex((entry) => isNamed(entry, name));
      const first = candidates[at];
      const why = `whether ${name} is first by rule ${id}`;
      const named = indexCatalog(this.#policy.set.catalog).entries;
      const other = named.find((entry) => !isNamed(entry, name));
      const variants = (request: Facts) => [
        ...(other === undefined ? [] : [{ ...request, model: other.model.id }]),
        ...named.slice(0, 1).flatMap((entry) => this.#largest(request, first ?? entry)),
      ];
      const isOrdered = route.strategy === "order" || candidates.length === 1;
      if (first === undefined || !isOrdered || goesOn(this.#policy.set.rules[ruleNumber])) {
        yield { areas, covers: [this.#refused()], variants, why };
        continue;
      }
      if (to.includes("requested")) {
        // Whatever the client names comes first.
        const unnamed = boxesWhere(regions.space, "model", (atom) => {
          return (
            atom.kind === "string" &&
            !atom.isClass &&
            canonicalModelId(this.#policy.set.catalog, atom.value) === undefined
          );
        });
        yield { areas, covers: [this.#refused(), unnamed], variants, why };
      }
      for (const entry of candidates.slice(0, at)) {
        yield { areas, covers: [this.#refused(), surelyExcluded(regions, entry, route)], variants, why };
      }
      const uncertain = regions.intersect(areas, mayBeExcluded(regions, first, route));
      yield { areas: uncertain, covers: [this.#refused()], variants, why };
    }
  }

  /** Every route with the endpoints that can be its candidates; with `requested`, all of the catalog. */
  *#routes() {
    const { set } = this.#policy;
    const rules = this.#regions.routes.map(({ rule, ruleNumber }) => ({
      id: rule.id,
      ruleNumber,
      route: rule.effect === "route" ? rule.route : set.defaultRoute,
    }));
    for (const each of [...rules, { id: "default", ruleNumber: set.rules.length, route: set.defaultRoute }]) {
      const { to, fallback } = expandReferences(set, each.route);
      const ids = [...to, ...fallback];
      const entries = indexCatalog(set.catalog).entries.filter(({ endpoint }) => {
        return ids.includes("requested") || ids.includes(endpoint.id);
      });
      yield { ...each, entries };
    }
  }

  /** The requests of the property that a rule may serve: those above that end there are not among them. */
  #reaching(ruleNumber: number): readonly Box[] | undefined {
    const regions = this.#regions;
    const areas = regions.intersect(this.#all, regions.acts(ruleNumber));
    if (areas === undefined || areas.length === 0) return areas;
    const above = regions.routes.filter((each) => each.ruleNumber < ruleNumber && !goesOn(each.rule));
    const covers = above.map((each) => regions.acts(each.ruleNumber));
    const rest = regions.subtract(areas, covers);
    // Too many pieces: all of it is looked at, which asks for more than is needed.
    return rest ?? areas;
  }

  #refused(): readonly Box[] | undefined {
    return this.#regions.deniedOf(this.#policy.set.rules.length);
  }

  /** With `requested` alone, requests that name another model do not have the endpoint as a candidate. */
  #notNaming(route: Route, entry: CatalogEntry): readonly Box[] {
    const { to, fallback } = expandReferences(this.#policy.set, route);
    if ([...to, ...fallback].includes(entry.endpoint.id)) return [];
    const { space } = this.#regions;
    return (space.factAxes.get("model") ?? []).map((number) => {
      const axis = space.axes[number] as FactAxis;
      const named = atomOfFacts(axis, { model: entry.model.id });
      return space.layout.only(
        number,
        axis.atoms.flatMap((_, at) => (at === named ? [] : [at])),
      );
    });
  }

  #allDownBut(entry: CatalogEntry): World {
    const others = indexCatalog(this.#policy.set.catalog).entries.filter(
      ({ endpoint }) => endpoint.id !== entry.endpoint.id,
    );
    return { down: others.map(({ endpoint }) => endpoint.id) };
  }

  /** The request with the shortest prompt that costs more than a limit, for a few lengths of the answer. */
  #justDearer(request: Facts, { endpoint, model }: CatalogEntry, limit: number): readonly Facts[] {
    const { max_output_tokens: given, ...others } = request;
    return [given, undefined, 1, 1_000].flatMap((most) => {
      const prompt = shortestDearer(endpoint, most, limit);
      if (prompt === undefined) return [];
      const sized = { ...others, context_tokens: prompt, ...(most === undefined ? {} : { max_output_tokens: most }) };
      // The client's own budget must just allow it.
      const cost = expectedCost(endpoint, prompt, most);
      const budgeted =
        request.budget_usd === undefined || cost === undefined ? sized : { ...sized, budget_usd: nanoToUsd(cost) };
      return [budgeted, { ...budgeted, model: model.id }];
    });
  }

  /** The request with prompt and answer as large as the endpoint takes and the property allows. */
  #largest(request: Facts, { endpoint, model }: CatalogEntry): readonly Facts[] {
    const window = endpoint.contextWindow;
    const answer = Math.min(endpoint.maxOutputTokens ?? window, window);
    const tops = (fact: string) => {
      const [number] = this.#regions.space.factAxes.get(fact) ?? [];
      const atoms = number === undefined ? [] : (this.#regions.space.axes[number] as FactAxis).atoms;
      return atoms.flatMap((atom) =>
        atom.kind === "number" && atom.max !== undefined ? [Math.ceil(atom.max.value) - 1] : [],
      );
    };
    const prompts = [request.context_tokens ?? 0, window, window - answer, window - 1_024, ...tops("context_tokens")];
    const answers = [request.max_output_tokens, undefined, answer, ...tops("max_output_tokens")];
    const found: Facts[] = [];
    for (const prompt of [...new Set(prompts)].sort((a, b) => b - a)) {
      for (const most of new Set(answers)) {
        const { max_output_tokens: _, ...others } = request;
        const sized = {
          ...others,
          context_tokens: Math.max(0, prompt),
          ...(most === undefined ? {} : { max_output_tokens: most }),
        };
        found.push(sized, { ...sized, model: model.id });
      }
    }
    return found.slice(0, 400);
  }
}

function isNamed({ endpoint }: CatalogEntry, name: string): boolean {
  return endpoint.id === name || endpoint.model === name;
}

function goesOn(rule: NumberedRule["rule"] | undefined): boolean {
  return rule?.effect === "route" && rule.route.onExhausted === "next_rule";
}

function budgetOf(atom: FactAtom): number {
  if (atom.kind !== "number" || atom.max === undefined) return Number.POSITIVE_INFINITY;
  return atom.max.inclusive ? atom.max.value : atom.max.value - 1;
}

/** The first attempt for a request in a world; undefined when refused, or when nothing is left. */
export function firstAttempt(policy: CompiledPolicy, request: Facts, world: World) {
  const facts = withDefaults(policy.set, request);
  const outcome = decideInOrder(policy.set, facts);
  return outcome.denied === undefined ? rank(policy, outcome, facts, world).attempts[0] : undefined;
}

/** The shortest prompt within the window that costs more than a limit. A longer one never costs less, so halving finds it. */
function shortestDearer(endpoint: Endpoint, maxOutputTokens: number | undefined, limit: number): number | undefined {
  const isDearer = (prompt: number) => (expectedCost(endpoint, prompt, maxOutputTokens) ?? 0) > limit;
  let shortest = 0;
  let longest = endpoint.contextWindow;
  if (!isDearer(longest)) return undefined;
  while (shortest < longest) {
    const middle = Math.floor((shortest + longest) / 2);
    if (isDearer(middle)) longest = middle;
    else shortest = middle + 1;
  }
  return longest;
}
