import type { Condition } from "../../conditions/condition.js";
import type { FactDefinition } from "../../conditions/fact-definitions.js";
import { didYouMean, listNames } from "../../diagnostics/suggest.js";
import type { Facts, FactValue } from "../../evaluate/facts.js";
import { canonicalModelId } from "../../rank/canonical-model.js";
import { type ExclusionReason, exclusionReasons } from "../../rank/route-plan.js";
import type { World } from "../../rank/world.js";
import { entryOf, type Located, type LocatedMap, plainValue, shorten } from "../../source/located.js";
import { nanoToUsd } from "../../units/money.js";
import { defined } from "../defined.js";
import type { PolicyTest, TestExpectation } from "../policy-test.js";
import { checkWorldNames } from "./check-world-names.js";
import { readFactValue } from "./read-attributes.js";
import { readModelReference } from "./read-candidates.js";
import { readCondition } from "./read-condition.js";
import { type Effect, effects, type RulesRead } from "./read-rules.js";
import {
  childOf,
  instantOf,
  itemsOf,
  millisecondsOf,
  numberOf,
  tagsOf,
  textOf,
  tokensOf,
  usdOf,
} from "./read-values.js";
import type { ConditionReading } from "./reading.js";
import { reportUnknownFact } from "./unknown-fact.js";

/** The ids a test may name; undefined when the rules could not all be read. */
export type RuleIds = RulesRead["ids"] | undefined;

/** Reads the cases of one test file. Names of rules and models that the set does not have are reported. */
export function readTests(reading: ConditionReading, root: LocatedMap, ruleIds: RuleIds): readonly PolicyTest[] {
  return itemsOf(childOf(root, "tests")).flatMap((node): readonly PolicyTest[] => {
    const name = textOf(reading, childOf(node, "name"));
    if (node.kind !== "map" || name === undefined) return [];
    const world = childOf(node, "world");
    const forall = readForall(reading, node);
    const request = { ...readRequest(reading, childOf(node, "request")), ...readWorldFacts(reading, node) };
    return [
      {
        name,
        request,
        world: readWorld(reading, world),
        ...defined("forall", forall),
        expect: readExpectation(reading, childOf(node, "expect"), ruleIds),
        span: node.span,
      },
    ];
  });
}

/** Keys of `expect` that say something about all requests. */
const provable = ["rule", "model", "not_model", "denied", "requirements", "max_cost_usd"];

/** A property stands in place of a request and a world, and expects what can be proved. */
function readForall(reading: ConditionReading, test: LocatedMap): Condition | undefined {
  const node = childOf(test, "forall");
  if (node === undefined) return undefined;
  for (const key of ["request", "world"]) {
    const entry = entryOf(test, key);
    if (entry === undefined) continue;
    const help = "`forall` is about every request and every world: say what they have in common in its condition";
    reading.report.error("RW1103", entry.keySpan, `\`${key}\` cannot stand beside \`forall\``, help);
  }
  const expect = childOf(test, "expect");
  for (const { key, keySpan } of expect?.kind === "map" ? expect.entries : []) {
    if (!["fallback", "excluded"].includes(key)) continue;
    reading.report.error(
      "RW1103",
      keySpan,
      `\`${key}\` cannot be expected of all requests`,
      `one of ${listNames(provable)}`,
    );
  }
  return readCondition(reading, node);
}

function readRequest(reading: ConditionReading, node: Located | undefined): Facts {
  const facts: Record<string, FactValue> = {};
  for (const { key, keySpan, value } of node?.kind === "map" ? node.entries : []) {
    const fact = reading.facts.get(key);
    if (fact === undefined) {
      reportUnknownFact(reading, key, keySpan);
      continue;
    }
    const read = readFact(reading, fact, value);
    if (read !== undefined) facts[key] = read;
  }
  return facts as Facts;
}

/** A fact's value in the form of {@link Facts}. */
function readFact(reading: ConditionReading, fact: FactDefinition, node: Located): FactValue | undefined {
  if (fact.name.startsWith("attributes.")) return readAttributeValue(reading, fact, node);
  switch (fact.type) {
    case "set":
      return tagsOf(reading, node);
    case "time":
      return instantOf(reading, node);
    case "boolean":
      return node.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined;
    case "string": {
      const text = textOf(reading, node);
      return text !== undefined && fact.name === "model" ? (canonicalModelId(reading.catalog, text) ?? text) : text;
    }
    case "number":
      if (fact.unit === "tokens") return tokensOf(reading, node);
      if (fact.unit === "ms") return millisecondsOf(reading, node);
      if (fact.unit !== "usd") return numberOf(reading, node);
      return usdNumber(usdOf(reading, node));
  }
}

function readAttributeValue(reading: ConditionReading, fact: FactDefinition, node: Located): FactValue | undefined {
  if (fact.type === "time") return undefined; // no attribute is of this type
  const value = readFactValue(reading, fact.type, node, `\`${fact.name}\``);
  if (typeof value === "string" && fact.values !== undefined && !fact.values.includes(value)) {
    const help = didYouMean(value, fact.values) ?? `write one of ${listNames(fact.values)}`;
    reading.report.error("RW1103", node.span, `\`${shorten(value)}\` is not a value of \`${fact.name}\``, help);
  }
  return value;
}

/** `spend_ratio` and `time` may stand under `world`, but not under `request` as well. */
function readWorldFacts(reading: ConditionReading, test: LocatedMap): Facts {
  const world = childOf(test, "world");
  const request = childOf(test, "request");
  for (const key of ["spend_ratio", "time"]) {
    const entry = world?.kind === "map" ? entryOf(world, key) : undefined;
    if (entry === undefined || childOf(request, key) === undefined) continue;
    reading.report.error("RW1003", entry.keySpan, `\`${key}\` stands under \`request\` too`, "keep one of them");
  }
  return {
    ...defined("spend_ratio", numberOf(reading, childOf(world, "spend_ratio"))),
    ...defined("time", instantOf(reading, childOf(world, "time"))),
  };
}

/** Everything else under `world` is in the form of {@link World} as it is written; the schema saw to that. */
function readWorld(reading: ConditionReading, node: Located | undefined): World {
  if (node?.kind !== "map" || reading.faulty.has(node)) return {};
  checkWorldNames(reading, node);
  const { spend_ratio, time, ...world } = plainValue(node) as World & { spend_ratio?: unknown; time?: unknown };
  return world;
}

function readExpectation(reading: ConditionReading, node: Located | undefined, ruleIds: RuleIds): TestExpectation {
  const id = (item: Located | undefined, effect: Effect): string | undefined => {
    const text = textOf(reading, item);
    if (item !== undefined && text !== undefined) checkRuleId(reading, text, item, effect, ruleIds);
    return text;
  };
  const model = (item: Located | undefined): string | undefined => {
    const name = textOf(reading, item);
    if (item !== undefined && name !== undefined) readModelReference(reading, name, item.span);
    return name;
  };
  const denied = childOf(node, "denied");
  const requirements = childOf(node, "requirements");
  const fallback = childOf(node, "fallback");
  const excluded = childOf(node, "excluded");
  return {
    ...defined("rule", id(childOf(node, "rule"), "route")),
    ...defined("model", model(childOf(node, "model"))),
    ...defined("notModel", model(childOf(node, "not_model"))),
    ...(fallback === undefined ? {} : { fallback: itemsOf(fallback).flatMap((item) => model(item) ?? []) }),
    ...defined("denied", isBoolean(denied) ? denied.value : id(denied, "deny")),
    ...(requirements === undefined
      ? {}
      : { requirements: itemsOf(requirements).flatMap((item) => id(item, "require") ?? []) }),
    ...(excluded?.kind === "map" ? { excluded: readExcluded(reading, excluded) } : {}),
    ...defined("maxCostUsd", usdNumber(usdOf(reading, childOf(node, "max_cost_usd")))),
  };
}

/** Where a test names a rule of each effect. */
const namedUnder: Readonly<Record<Effect, string>> = { deny: "denied", require: "requirements", route: "rule" };

function checkRuleId({ report }: ConditionReading, id: string, item: Located, effect: Effect, ids: RuleIds): void {
  if (ids === undefined || (id === "default" && effect === "route")) return;
  const own = ids.get(id)?.effects;
  if (own?.includes(effect) === true) return;
  const other = effects.find((each) => own?.includes(each));
  if (other !== undefined) {
    const message = `\`${shorten(id)}\` is a ${other} rule, not a ${effect} rule`;
    report.error("RW1206", item.span, message, `a ${other} rule is named under \`${namedUnder[other]}\``);
    return;
  }
  const help = () => {
    const known = [...ids.values()].filter((written) => written.effects.includes(effect)).map((written) => written.id);
    if (effect === "route") known.push("default");
    return didYouMean(id, known) ?? `it has ${known.length === 0 ? "none" : listNames(known, "and")}`;
  };
  report.error("RW1206", item.span, `the set has no ${effect} rule \`${shorten(id)}\``, help);
}

function readExcluded(reading: ConditionReading, node: LocatedMap): TestExpectation["excluded"] & object {
  return node.entries.flatMap(({ key, keySpan, value }) => {
    readModelReference(reading, key, keySpan);
    const reason = exclusionReasons.find((known): known is ExclusionReason => known === textOf(reading, value));
    return reason === undefined ? [] : [{ candidate: key, reason }];
  });
}

function isBoolean(node: Located | undefined): node is Located & { readonly kind: "scalar"; readonly value: boolean } {
  return node?.kind === "scalar" && typeof node.value === "boolean";
}

function usdNumber(nano: ReturnType<typeof usdOf>): number | undefined {
  return nano === undefined ? undefined : nanoToUsd(nano);
}
