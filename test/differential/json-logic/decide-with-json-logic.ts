import jsonLogic from "json-logic-js";
import type { JsonValue } from "../../../engine/conditions/condition.js";
import { builtInFacts } from "../../../engine/conditions/fact-definitions.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { Outcome } from "../../../engine/evaluate/outcome.js";
import type { PolicySet, RequireRule } from "../../../engine/policy/policy-set.js";
import { type LoweredPolicy, lowerToJsonLogic } from "./lower-to-json-logic.js";

/**
 * Decides a request with json-logic-js over the lowered policy: an independent second oracle for `decide`,
 * some hundred times slower. The lowered form of a set is kept while the set lives.
 */
export function decideWithJsonLogic(set: PolicySet, facts: Facts): Outcome {
  const lowered = loweredSets.get(set) ?? lowerToJsonLogic(set);
  loweredSets.set(set, lowered);
  const data = dataOf(set, lowered, facts);
  const acting = set.rules.filter((_, ruleNumber) => apply(lowered.rules[ruleNumber] as JsonValue, data) === true);
  const denied = acting.find((rule) => rule.effect === "deny");
  const matched = acting.find((rule) => rule.effect === "route");
  return {
    denied: denied === undefined ? undefined : { rule: denied },
    requirements: acting.filter((rule): rule is RequireRule => rule.effect === "require"),
    route:
      matched === undefined
        ? { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute }
        : { rule: matched.id, ruleNumber: set.rules.indexOf(matched), route: matched.route },
  };
}

const loweredSets = new WeakMap<PolicySet, LoweredPolicy>();

type Data = Record<string, unknown>;

function apply(rule: JsonValue, data: Data): unknown {
  return jsonLogic.apply(rule as Parameters<typeof jsonLogic.apply>[0], data);
}

/** `fact`, `glob` and `local` for our expressions, and the facts by their own names for the policy's JsonLogic. */
function dataOf(set: PolicySet, lowered: LoweredPolicy, facts: Facts): Data {
  const given = new Map<string, unknown>(Object.entries(facts).filter(([, value]) => value !== undefined));
  for (const attribute of set.attributes) {
    if (attribute.default !== undefined && !given.has(attribute.name)) given.set(attribute.name, attribute.default);
  }
  const data: Data = Object.create(null);
  const attributes: Data = Object.create(null);
  for (const [name, value] of given) {
    if (name.startsWith("attributes.")) attributes[name.slice("attributes.".length)] = value;
    else data[name] = value;
  }
  data["attributes"] = attributes;
  data["fact"] = lowered.facts.map((name) => {
    const value = given.get(name);
    return typeof value === "number" && usdFacts.has(name) ? Math.round(value * 1e9) : value;
  });
  data["glob"] = lowered.globs.map(({ fact, pattern }) => {
    const value = given.get(lowered.facts[fact] as string);
    return value === undefined ? null : globExpression(pattern).test(String(value));
  });
  data["local"] = lowered.localTimes.map(({ fact, tz }) => {
    const value = given.get(lowered.facts[fact] as string);
    return value === undefined ? null : localParts(Number(value), tz);
  });
  return data;
}

const usdFacts = new Set(builtInFacts.filter(({ unit }) => unit === "usd").map(({ name }) => name));

/** A regular expression in place of our own matcher: slow on bad patterns, and independent. */
function globExpression(pattern: string): RegExp {
  const escaped = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(`^${escaped.join("[^]*")}$`);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const dateAndTime = { dateStyle: "short", timeStyle: "short" } as const;

/** Weekday and minute by way of a written date, in place of the parts that `localTime` reads. */
function localParts(epochMs: number, timeZone: string): { weekday: number; minute: number } {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", { ...dateAndTime, timeZone });
  formats.set(timeZone, format);
  const written = format.format(epochMs);
  const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+) (\d+):(\d+)/.exec(written) ?? [];
  return {
    weekday: new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay(),
    minute: Number(hour) * 60 + Number(minute),
  };
}
