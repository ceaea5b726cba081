import type { Facts } from "../evaluate/facts.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import type { PolicySet, Route } from "../policy/policy-set.js";
import type { CatalogEntry } from "../rank/catalog-index.js";
import { type CandidateTest, excludeCandidate } from "../rank/exclude-candidate.js";
import { expandCandidates } from "../rank/expand-candidates.js";
import type { World } from "../rank/world.js";
import { type CandidateTable, COLUMNS, CONTEXT_WINDOW, MAX_OUTPUT } from "./candidate-table.js";
import type { RecordValues } from "./records/record-values.js";

/** A route with the candidates that only figures can still leave out. Plain data, all that ranking by figures looks at. */
export interface FixedRoute {
  readonly rule: string;
  readonly strategy: Route["strategy"];
  /** The number of the fact that it is sticky by, or {@link PREFIX}; undefined: it is not. */
  readonly sticky: number | undefined;
  /** Numbers of candidates in the table. */
  readonly to: readonly number[];
  readonly fallback: readonly number[];
  /** The endpoints of both, behind the first of all. */
  readonly behindFirst: readonly string[];
  /** Nano-dollars that a candidate may cost, by the route and by requirements; Infinity: whatever it costs, unknown ones too. */
  readonly mostCost: number;
  /** Tokens that no context window and no output limit of the candidates is smaller than. */
  readonly smallestWindow: number;
  readonly smallestOutput: number;
}

export const PREFIX = -1;

const noFigures = { costLimits: [], promptTokens: undefined, maxOutputTokens: undefined };

/** Settles all of a route but the figures. */
export function fixRoute(
  set: PolicySet,
  { rule, route }: RouteChoice,
  { requirements }: Outcome,
  { uses_tools, uses_vision, uses_json_schema, model }: Facts,
  world: World,
  record: RecordValues,
  table: CandidateTable,
): FixedRoute {
  // Without any figure nothing is left out that figures leave out.
  const test: CandidateTest = {
    ...noFigures,
    facts: { uses_tools, uses_vision, uses_json_schema },
    world,
    requirements,
  };
  const left = (entries: readonly CatalogEntry[]): readonly number[] =>
    entries
      .filter((entry) => excludeCandidate(entry, test, undefined, undefined) === undefined)
      .map((entry) => table.of(entry, route, record.numberOfEndpoint(entry.endpoint.id)));
  const expanded = expandCandidates(set, route, model);
  const [to, fallback] = [left(expanded.to), left(expanded.fallback)];
  const all = [...to, ...fallback];
  const { sticky } = route;
  const limits = [route.maxCost, ...requirements.map(({ require }) => require.maxCost)];
  const smallest = (column: number) =>
    Math.min(...all.map((candidate) => table.figures[candidate * COLUMNS + column] as number));
  return {
    rule,
    strategy: route.strategy,
    sticky: sticky === "prefix" ? PREFIX : sticky && record.numberOfFact(sticky),
    to,
    fallback,
    behindFirst: all.slice(1).map((candidate) => table.ids[candidate] as string),
    mostCost: Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY)),
    smallestWindow: smallest(CONTEXT_WINDOW),
    smallestOutput: smallest(MAX_OUTPUT),
  };
}
