import type { JsonValue, Predicate, TimePredicate } from "../conditions/condition.js";
import { builtInFacts, type FactDefinition } from "../conditions/fact-definitions.js";
import { localTime } from "../conditions/local-time.js";
import { type Facts, type FactValue, readFact } from "../evaluate/facts.js";
import type { PolicySet } from "../policy/policy-set.js";
import { nanoToUsd, usdToNano } from "../units/money.js";
import { normalizeTag } from "../units/tags.js";
import { MAX_TOKENS } from "../units/tokens.js";
import { leavesOf } from "./trace-request.js";

/** Monday, 2026-01-05: the week that times are taken from. */
const WEEK_START_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;

/**
 * For each fact that the conditions of a set read: the values at the edges of what they ask (each constant, and what
 * lies just beside it) and one that none of them names. Requests drawn from these meet every edge of the policy.
 */
export function factValues(set: PolicySet): ReadonlyMap<string, readonly FactValue[]> {
  const definitions = new Map<string, FactDefinition>(
    [...builtInFacts, ...set.attributes].map((fact) => [fact.name, fact]),
  );
  const found = new Map<string, Map<string, FactValue>>();
  const add = (name: string, values: readonly FactValue[]) => {
    const fact = definitions.get(name);
    const known = found.get(name) ?? new Map<string, FactValue>();
    found.set(name, known);
    for (const value of values)
      if (fact === undefined || isOfType(value, fact)) known.set(JSON.stringify(value), value);
  };
  for (const leaf of set.rules.flatMap(({ condition }) => leavesOf(condition))) {
    if (leaf.kind === "logic") {
      const constants = constantsOf(leaf.rule);
      for (const name of leaf.reads) {
        const type = definitions.get(name)?.type;
        add(
          name,
          constants.flatMap((constant) => around(constant, type)),
        );
        add(name, plainValues(definitions.get(name)));
      }
    } else {
      add(leaf.fact, valuesOf(leaf, definitions.get(leaf.fact)));
      add(leaf.fact, plainValues(definitions.get(leaf.fact)));
    }
  }
  for (const [name, values] of found) if (values.size === 0) add(name, numbersOf(definitions.get(name)));
  return new Map([...found].map(([name, values]) => [name, [...values.values()]]));
}

/** Values for which a predicate is true, and values for which it is false, at its edges. */
function valuesOf(leaf: Exclude<Predicate, { kind: "logic" }>, fact: FactDefinition | undefined): readonly FactValue[] {
  switch (leaf.kind) {
    case "present":
      return [];
    case "one-of":
      return leaf.values;
    case "prefix":
      return [leaf.prefix, `${leaf.prefix}x`];
    case "glob":
      return [leaf.pattern.replaceAll("*", ""), leaf.pattern.replaceAll("*", "x")];
    case "range":
      return [leaf.min, leaf.max].flatMap((bound) => (bound === undefined ? [] : besides(bound.value, fact)));
    case "boolean":
      return [true, false];
    case "set":
      return [...leaf.tags.map((tag) => [tag]), leaf.tags, []];
    case "time":
      return timesAround(leaf);
  }
}

function plainValues(fact: FactDefinition | undefined): readonly FactValue[] {
  switch (fact?.type) {
    case "string":
      return fact.values ?? ["other"];
    case "boolean":
      return [true, false];
    case "set":
      return [["other"], []];
    case "time":
      return [WEEK_START_MS + 12 * HOUR_MS];
    default:
      return [];
  }
}

/** For a number of which only presence is asked. */
function numbersOf(fact: FactDefinition | undefined): readonly FactValue[] {
  return fact?.type === "number" ? [0, 1] : [];
}

/** A bound and its neighbours, in the fact's own form: dollars for a budget. */
function besides(bound: number, fact: FactDefinition | undefined): readonly number[] {
  if (fact?.unit === "usd") return [bound - 1, bound, bound + 1].filter((nano) => nano >= 0).map((nano) => nano / 1e9);
  if (fact?.unit === "tokens" || fact?.unit === "ms")
    return [bound - 1, bound, bound + 1].filter((value) => value >= 0);
  const step = Number.isInteger(bound) ? 1 : 0.001;
  const values = [bound - step, bound, bound + step].map((value) => Number(value.toFixed(6)));
  return fact?.unit === "ratio" ? values.filter((value) => value >= 0) : values;
}

/** The first and last minute of the window on a day it begins on, and the minutes beside them. */
function timesAround(leaf: TimePredicate): readonly number[] {
  const day = leaf.days[0] ?? 1;
  const minutes = new Set(
    [leaf.fromMinute, leaf.fromMinute - 1, leaf.toMinute, leaf.toMinute - 1].map((m) => (m + 1_440) % 1_440),
  );
  const times: number[] = [];
  for (let hour = 0; hour < 8 * 24 && times.length < 8; hour++) {
    for (let minute = 0; minute < 60; minute++) {
      const time = WEEK_START_MS + hour * HOUR_MS + minute * 60_000;
      const local = localTime(time, leaf.tz);
      const isNear = local.weekday === day || local.weekday === (day + 1) % 7;
      if (isNear && minutes.has(local.minute)) times.push(time);
    }
  }
  return times;
}

function constantsOf(rule: JsonValue): readonly (string | number | boolean)[] {
  if (Array.isArray(rule)) return (rule as readonly JsonValue[]).flatMap(constantsOf);
  if (typeof rule !== "object" || rule === null) return rule === null ? [] : [rule as string | number | boolean];
  return Object.entries(rule).flatMap(([operator, value]) =>
    operator === "var" ? [] : constantsOf(value as JsonValue),
  );
}

function around(constant: string | number | boolean, type: FactDefinition["type"] | undefined): readonly FactValue[] {
  if (typeof constant === "number") return [constant, constant + 1, constant - 1, constant * 2];
  return type === "set" ? [[String(constant)]] : [constant];
}

/** Whether a request, or a test, can say all of some facts: none is beyond the limits of what can be written. */
export function canBeSaid({ attributes }: PolicySet, facts: Facts): boolean {
  return [...builtInFacts, ...attributes].every((fact) => {
    const value = readFact(facts, fact.name);
    return value === undefined || isOfType(value, fact);
  });
}

/** Whether a request, or a test, can say the value of a fact. */
function isOfType(value: FactValue, { type, values, unit }: FactDefinition): boolean {
  switch (type) {
    case "string":
      return typeof value === "string" && value !== "" && (values === undefined || values.includes(value));
    case "number":
      return typeof value === "number" && isOfUnit(value, unit);
    case "boolean":
      return typeof value === "boolean";
    case "set":
      return Array.isArray(value) && value.every((tag) => normalizeTag(tag) === tag);
    case "time":
      return typeof value === "number" && Number.isInteger(value) && value > 1e11 && value < Date.UTC(9999, 0);
  }
}

const MAX_MS = 86_400_000;
const MAX_USD = 1_000_000;

function isOfUnit(value: number, unit: FactDefinition["unit"]): boolean {
  switch (unit) {
    case "tokens":
      return Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS;
    case "ms":
      return Number.isInteger(value) && value >= 0 && value <= MAX_MS;
    case "usd":
      return value >= 0 && value <= MAX_USD && nanoToUsd(usdToNano(value)) === value;
    case "ratio":
      return value >= 0;
    default:
      return true;
  }
}
