import { entryOf, type Located, type LocatedMap, shorten } from "../source/located.js";
import { defined } from "./defined.js";
import {
  type CandidateReference,
  defaultFallbackOn,
  type ErrorClass,
  type Pool,
  type Route,
  type StrategyBlend,
  type StrategyName,
  type Timeouts,
} from "./policy-set.js";
import { readCandidates, readModelReference } from "./read-candidates.js";
import { childOf, durationOf, mapOf, numberOf, textOf, textsOf, usdOf } from "./read-values.js";
import type { RouteReading } from "./reading.js";

/** Reads `route:`. Options that contradict each other are reported (RW1306). */
export function readRoute(reading: RouteReading, node: Located | undefined, pools: readonly Pool[]): Route | undefined {
  const map = mapOf(node);
  if (map === undefined) return undefined;
  const to = readCandidates(reading, childOf(map, "to"));
  const strategy = readStrategy(reading, map);
  const sticky = textOf(reading, childOf(map, "sticky")) as Route["sticky"];
  const fallbackOn = textsOf(reading, childOf(map, "fallback_on")) as readonly ErrorClass[];
  const weights = readWeights(reading, map);
  checkWeights(reading, map, strategy, weights, weightedNames(to, pools));
  if (sticky !== undefined && strategy === "order") {
    const help =
      "leave it out, or take a strategy that chooses among candidates: `weighted`, `balanced`, `cheapest`, …";
    reading.report.error(
      "RW1306",
      entryOf(map, "sticky")?.keySpan,
      "`sticky` has no effect with strategy `order`",
      help,
    );
  }
  return {
    to,
    fallback: readCandidates(reading, childOf(map, "fallback")),
    strategy,
    ...defined("weights", weights),
    ...defined("sticky", sticky),
    timeouts: readTimeouts(reading, childOf(map, "timeouts")),
    retries: numberOf(reading, childOf(map, "retries")) ?? 0,
    fallbackOn: fallbackOn.length === 0 ? defaultFallbackOn : fallbackOn,
    ...defined("maxCost", usdOf(reading, childOf(map, "max_cost_usd"))),
    onExhausted: textOf(reading, childOf(map, "on_exhausted")) === "next_rule" ? "next_rule" : "fail",
    span: map.span,
  };
}

function readStrategy(reading: RouteReading, map: LocatedMap): StrategyName | StrategyBlend {
  const node = childOf(map, "strategy");
  const shares = mapOf(node);
  if (shares === undefined) return (textOf(reading, node) as StrategyName | undefined) ?? "order";
  const blend = {
    ...defined("cost", numberOf(reading, childOf(shares, "cost"))),
    ...defined("latency", numberOf(reading, childOf(shares, "latency"))),
    ...defined("quality", numberOf(reading, childOf(shares, "quality"))),
  };
  const total = (blend.cost ?? 0) + (blend.latency ?? 0) + (blend.quality ?? 0);
  if (!(total > 0) && shares.entries.every(({ value }) => !reading.faulty.has(value))) {
    const message = "the shares of this blend add up to nothing";
    reading.report.error("RW1306", entryOf(map, "strategy")?.keySpan, message, "give at least one share above 0");
  }
  return blend;
}

function readTimeouts(reading: RouteReading, node: Located | undefined): Timeouts {
  return {
    ...defined("connectMs", durationOf(reading, childOf(node, "connect"))),
    ...defined("firstTokenMs", durationOf(reading, childOf(node, "first_token"))),
    ...defined("idleMs", durationOf(reading, childOf(node, "idle"))),
    ...defined("totalMs", durationOf(reading, childOf(node, "total"))),
  };
}

type Weights = NonNullable<Route["weights"]>;

function readWeights(reading: RouteReading, map: LocatedMap): Weights | undefined {
  const node = mapOf(childOf(map, "weights"));
  return node?.entries.flatMap(({ key, keySpan, value }) => {
    const reference = readModelReference(reading, key, keySpan);
    const weight = numberOf(reading, value);
    return reference === undefined || weight === undefined ? [] : [{ candidate: key, weight }];
  });
}

/** What `to` names, pools followed; `isOpen` when it also holds candidates that only a request or the catalog names. */
interface WeightedNames {
  readonly references: readonly Extract<CandidateReference, { kind: "model" | "endpoint" }>[];
  readonly isOpen: boolean;
}

function weightedNames(to: readonly CandidateReference[], pools: readonly Pool[]): WeightedNames {
  const references: Extract<CandidateReference, { kind: "model" | "endpoint" }>[] = [];
  let isOpen = false;
  const seen = new Set<string>();
  const visit = (reference: CandidateReference): void => {
    if (reference.kind === "model" || reference.kind === "endpoint") references.push(reference);
    else if (reference.kind !== "pool") isOpen = true;
    else if (!seen.has(reference.pool)) {
      seen.add(reference.pool);
      for (const item of pools.find(({ name }) => name === reference.pool)?.items ?? []) visit(item);
    }
  };
  to.forEach(visit);
  return { references, isOpen };
}

function checkWeights(
  { report }: RouteReading,
  map: LocatedMap,
  strategy: Route["strategy"],
  weights: Weights | undefined,
  { references, isOpen }: WeightedNames,
): void {
  const entry = entryOf(map, "weights");
  if (strategy !== "weighted") {
    if (entry === undefined) return;
    const help = "write `strategy: weighted`, or leave `weights` out";
    report.error("RW1306", entry.keySpan, "`weights` has no effect with this strategy", help);
    return;
  }
  if (entry === undefined) {
    const help = "write `weights: { author/model: 90, … }`, one for each model or endpoint of `to`";
    report.error("RW1306", entryOf(map, "strategy")?.keySpan, "strategy `weighted` needs `weights`", help);
    return;
  }
  const weighted = new Set(weights?.map(({ candidate }) => candidate));
  const lacking = references.find(
    (reference) =>
      !weighted.has(reference.model) &&
      (reference.kind === "model"
        ? ![...weighted].some((name) => name.startsWith(`${reference.model}@`))
        : !weighted.has(`${reference.model}@${reference.provider}`)),
  );
  if (lacking !== undefined && weights?.length === mapOf(entry.value)?.entries.length) {
    const name = lacking.kind === "model" ? lacking.model : `${lacking.model}@${lacking.provider}`;
    const message = `\`${shorten(name)}\` of \`to\` has no weight`;
    report.error("RW1306", entry.keySpan, message, "give it one, or take it out of `to`");
  }
  if (isOpen) return;
  const models = new Set(references.map(({ model }) => model));
  for (const { key, keySpan } of mapOf(entry.value)?.entries ?? []) {
    const model = key.includes("@") ? key.slice(0, key.lastIndexOf("@")) : key;
    if (!weighted.has(key) || models.has(model)) continue;
    const message = `\`${shorten(key)}\` has a weight but is not among the candidates of \`to\``;
    report.error("RW1306", keySpan, message, "add it to `to`, or leave its weight out");
  }
}
