import { analyseJsonLogic } from "../../conditions/analyse-json-logic.js";
import type { Condition, JsonValue, LogicPredicate } from "../../conditions/condition.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import { limits } from "../../source/limits.js";
import { entryOf, entrySpan, type Located, type LocatedEntry, plainValue, shorten } from "../../source/located.js";
import { readPredicate } from "./read-predicate.js";
import { itemsOf } from "./read-values.js";
import type { ConditionReading } from "./reading.js";
import { factHelp, reportUnknownFact } from "./unknown-fact.js";

/** What a condition holds beside facts. */
const groups: readonly string[] = ["all", "any", "not", "logic"];

/**
 * Reads a condition map: its entries are ANDed. A part that cannot be read is reported and left out, which is safe
 * because a set with an error is never used.
 * @param depth how many `all`, `any` and `not` are open already.
 */
export function readCondition(reading: ConditionReading, node: Located, depth = 0): Condition {
  if (node.kind !== "map") return { kind: "all", conditions: [], span: node.span };
  const conditions = node.entries.flatMap((entry, index) => {
    return reportLooseItem(reading, node.entries[index - 1], entry) ? [] : readEntry(reading, entry, depth);
  });
  const [only] = conditions;
  return only !== undefined && conditions.length === 1 ? only : { kind: "all", conditions, span: node.span };
}

function readEntry(reading: ConditionReading, entry: LocatedEntry, depth: number): readonly Condition[] {
  const { key, value } = entry;
  const span = entrySpan(entry);
  switch (key) {
    case "all":
    case "any":
      if (isTooDeep(reading, entry, depth)) return [];
      return [{ kind: key, conditions: itemsOf(value).map((item) => readCondition(reading, item, depth + 1)), span }];
    case "not":
      return isTooDeep(reading, entry, depth)
        ? []
        : [{ kind: "not", condition: readCondition(reading, value, depth + 1), span }];
    case "logic":
      return readLogic(reading, value, span);
    default:
      return readFactCondition(reading, entry);
  }
}

function isTooDeep({ report }: ConditionReading, { key, keySpan }: LocatedEntry, depth: number): boolean {
  if (depth < limits.conditionDepth) return false;
  // One message for the first level that is too deep; nothing below it is read.
  const message = `\`${key}\` stands within ${depth} others; \`all\`, \`any\` and \`not\` nest at most ${limits.conditionDepth} deep`;
  report.error("RW1004", keySpan, message, "say it with fewer levels");
  return true;
}

function readFactCondition(reading: ConditionReading, entry: LocatedEntry): readonly Condition[] {
  const fact = reading.facts.get(entry.key);
  if (fact !== undefined) return readPredicate(reading, fact, entry);
  reportUnknownFact(reading, entry.key, entry.keySpan, groups);
  return [];
}

/** `{ tags: code, sql }`: what was meant as a list is an entry without a value. */
function reportLooseItem(
  reading: ConditionReading,
  before: LocatedEntry | undefined,
  { key, keySpan, value }: LocatedEntry,
): boolean {
  const isLoose = value.kind === "scalar" && value.value === null && value.source === "" && !reading.facts.has(key);
  if (!isLoose || before?.value.kind !== "scalar" || before.value.value === null || groups.includes(key)) return false;
  const list = `\`${shorten(before.key)}: [${shorten(before.value.source)}, ${shorten(key)}]\``;
  reading.report.error(
    "RW1201",
    keySpan,
    `\`${shorten(key)}\` is not a fact`,
    `several values stand in a list: ${list}`,
  );
  return true;
}

function readLogic(reading: ConditionReading, node: Located, span: Span): readonly LogicPredicate[] {
  if (node.kind !== "map") return [];
  const rule = plainValue(node) as JsonValue;
  const isFact = (name: string) => reading.facts.has(name) || reading.mayBeFact(name);
  const { reads, required, problems } = analyseJsonLogic(rule, isFact);
  for (const { path, message, help } of problems) {
    const [, name] = /^`(.*)` is not a fact$/.exec(message) ?? [];
    const advice = name === undefined ? help : () => factHelp(reading, name);
    reading.report.error("RW1305", spanAt(node, path), message, advice);
  }
  return problems.length > 0 ? [] : [{ kind: "logic", rule, reads, required, span }];
}

/** Where a path of keys and indexes leads; a key whose value is a mapping or list is shown alone. */
function spanAt(root: Located, path: readonly (string | number)[]): Span {
  let node = root;
  let span = root.span;
  for (const step of path) {
    if (node.kind === "map") {
      const entry = entryOf(node, String(step));
      if (entry === undefined) break;
      node = entry.value;
      span = node.kind === "scalar" ? entrySpan(entry) : entry.keySpan;
    } else if (node.kind === "list") {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      node = item;
      span = node.span;
    }
  }
  return span;
}
