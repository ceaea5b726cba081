import type { Facts } from "../evaluate/facts.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import type { Endpoint, PolicySet, Route } from "../policy/policy-set.js";
import type { CatalogEntry } from "../rank/catalog-index.js";
import { type CandidateTest, excludeCandidate } from "../rank/exclude-candidate.js";
import { expandCandidates } from "../rank/expand-candidates.js";
import { unitsOf } from "../rank/stable-hash.js";
import { comparedPrice, weightOf } from "../rank/strategies.js";
import type { World } from "../rank/world.js";
import { alikeEndpoint } from "./alike-endpoint.js";
import type { RecordValues } from "./record-values.js";

/** A route with the candidates that only figures can still leave out. Plain data, all that ranking by figures looks at. */
export interface FixedRoute {
  readonly rule: string;
  readonly strategy: Route["strategy"];
  readonly sticky: Route["sticky"] | undefined;
  readonly to: readonly FixedCandidate[];
  readonly fallback: readonly FixedCandidate[];
  /** The endpoints of both, behind the first of all. */
  readonly behindFirst: readonly string[];
  /** Nano-dollars that a candidate may cost, by the route and by requirements; Infinity: whatever it costs, unknown ones too. */
  readonly mostCost: number;
  /** Tokens that no context window and no output limit of the candidates is smaller than. */
  readonly smallestWindow: number;
  readonly smallestOutput: number;
}
export interface FixedCandidate {
  readonly endpoint: Endpoint;
  readonly id: string;
  /** Its number in the record's figures; −1: there are none of it. */
  readonly number: number;
  readonly contextWindow: number;
  /** Infinity: it has no limit of its own. */
  readonly maxOutputTokens: number;
  /** 1 − quality; NaN: it is unknown. */
  readonly lack: number;
  /** What `balanced` and `weighted` go by; NaN: it has none. */
  readonly comparedPrice: number;
  readonly weight: number;
  /** The units of the names that are drawn: its own, and that which has the weight. */
  readonly unitsOfId: Uint16Array;
  readonly unitsOfWeighted: Uint16Array;
}

const noFigures = { costLimits: [], promptTokens: undefined, maxOutputTokens: undefined };

/** Settles all of a route but the figures. */
export function fixRoute(
  set: PolicySet,
  { rule, route }: RouteChoice,
  { requirements }: Outcome,
  { uses_tools, uses_vision, uses_json_schema, model }: Facts,
  world: World,
  record: RecordValues,
): FixedRoute {
  // Without any figure nothing is left out that figures leave out.
  const test: CandidateTest = {
    ...noFigures,
    facts: { uses_tools, uses_vision, uses_json_schema },
    world,
    requirements,
  };
  const left = (entries: readonly CatalogEntry[]): readonly FixedCandidate[] =>
    entries
      .filter((entry) => excludeCandidate(entry, test, undefined, undefined) === undefined)
      .map((entry) => fixedCandidate(entry, route, record));
  const expanded = expandCandidates(set, route, model);
  const [to, fallback] = [left(expanded.to), left(expanded.fallback)];
  const all = [...to, ...fallback];
  const limits = [route.maxCost, ...requirements.map(({ require }) => require.maxCost)];
  return {
    rule,
    strategy: route.strategy,
    sticky: route.sticky,
    to,
    fallback,
    behindFirst: all.slice(1).map(({ id }) => id),
    mostCost: Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY)),
    smallestWindow: Math.min(...all.map(({ contextWindow }) => contextWindow)),
    smallestOutput: Math.min(...all.map(({ maxOutputTokens }) => maxOutputTokens)),
  };
}

function fixedCandidate(entry: CatalogEntry, { weights }: Route, record: RecordValues): FixedCandidate {
  const { endpoint, model } = entry;
  const { id, contextWindow, maxOutputTokens = Number.POSITIVE_INFINITY } = endpoint;
  const weighted = weightOf(weights, endpoint);
  return {
    endpoint: alikeEndpoint(endpoint),
    id,
    number: record.numberOfEndpoint(id),
    contextWindow,
    maxOutputTokens,
    lack: model.quality === undefined ? Number.NaN : 1 - model.quality,
    comparedPrice: comparedPrice(endpoint) ?? Number.NaN,
    weight: weighted?.weight ?? Number.NaN,
    unitsOfId: unitsOf(id),
    unitsOfWeighted: unitsOf(weighted?.candidate ?? ""),
  };
}
