import { entryOf, type Located, type LocatedMap } from "../../source/located.js";
import { defined } from "../defined.js";
import {
  defaultFallbackOn,
  type ErrorClass,
  type Route,
  type StrategyBlend,
  type StrategyName,
  type Timeouts,
} from "../policy-set.js";
import { readCandidates } from "./read-candidates.js";
import {
  booleanOf,
  childOf,
  durationOf,
  mapOf,
  millisecondsOf,
  numberOf,
  textOf,
  textsOf,
  usdOf,
} from "./read-values.js";
import { checkWeights, type PoolsByName, readWeights } from "./read-weights.js";
import type { RouteReading } from "./reading.js";

/** Reads `route:`. Options that contradict each other are reported (RW1306). */
export function readRoute(reading: RouteReading, node: Located | undefined, pools: PoolsByName): Route | undefined {
  const map = mapOf(node);
  if (map === undefined) return undefined;
  const to = readCandidates(reading, childOf(map, "to"));
  const strategy = readStrategy(reading, map);
  const sticky = textOf(reading, childOf(map, "sticky")) as Route["sticky"];
  const fallbackOn = textsOf(reading, childOf(map, "fallback_on")) as readonly ErrorClass[];
  const weights = readWeights(reading, map);
  const strategyNode = childOf(map, "strategy");
  const isStrategyKnown = strategyNode === undefined || !reading.faulty.has(strategyNode);
  if (isStrategyKnown) checkWeights(reading, { map, strategy, weights, to, pools });
  if (sticky !== undefined && strategy === "order" && isStrategyKnown) {
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
    ...defined("hedgeAfterMs", millisecondsOf(reading, childOf(map, "hedge_after_ms"))),
    ...(booleanOf(reading, childOf(map, "continue")) === true ? { continue: true } : {}),
    ...defined("cache", readCache(reading, childOf(map, "cache"))),
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

function readCache(reading: RouteReading, node: Located | undefined): Route["cache"] {
  const ttlMs = durationOf(reading, childOf(node, "ttl"));
  return ttlMs === undefined ? undefined : { ttlMs };
}

function readTimeouts(reading: RouteReading, node: Located | undefined): Timeouts {
  return {
    ...defined("connectMs", durationOf(reading, childOf(node, "connect"))),
    ...defined("firstByteMs", durationOf(reading, childOf(node, "first_byte"))),
    ...defined("firstTokenMs", durationOf(reading, childOf(node, "first_token"))),
    ...defined("idleMs", durationOf(reading, childOf(node, "idle"))),
    ...defined("queueMs", durationOf(reading, childOf(node, "queue"))),
    ...defined("totalMs", durationOf(reading, childOf(node, "total"))),
  };
}
