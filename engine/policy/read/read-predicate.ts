import type { Condition, Predicate } from "../../conditions/condition.js";
import type { FactDefinition } from "../../conditions/fact-definitions.js";
import { globProblem } from "../../conditions/glob.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import { didYouMean, listNames } from "../../diagnostics/suggest.js";
import { canonicalModelId } from "../../rank/canonical-model.js";
import { describeValue, entrySpan, type Located, type LocatedEntry, shorten } from "../../source/located.js";
import { readTimeWindow } from "./read-time-window.js";
import {
  booleanOf,
  hintedMillisecondsOf,
  itemsOf,
  numberOf,
  rangeOf,
  ratioOf,
  tagsOf,
  textOf,
  textsOf,
  tokensOf,
  usdOf,
} from "./read-values.js";
import type { ConditionReading } from "./reading.js";

/** Words that may stand in a mapping under a fact, by the fact's type; `present` may stand under each. */
const words: Readonly<Record<FactDefinition["type"], readonly string[]>> = {
  string: ["not", "prefix", "glob"],
  number: ["lt", "lte", "gt", "gte"],
  boolean: [],
  set: ["any", "all", "none"],
  time: ["days", "from", "to", "tz"],
};
const forms: Readonly<Record<FactDefinition["type"], string>> = {
  string: "text compares with a value, a list of values, `not`, `prefix`, `glob` or `present`",
  number: "a number compares with a number, `lt`, `lte`, `gt`, `gte` or `present`",
  boolean: "it is `true` or `false`, or `{ present: … }`",
  set: "a set compares with tags, `any`, `all`, `none` or `present`",
  time: "a time compares with a window: `{ days, from, to, tz }`, or `present`",
};

/** Reads what stands under the name of a fact. Several words are ANDed; the predicates stand in the order written. */
export function readPredicate(
  reading: ConditionReading,
  fact: FactDefinition,
  entry: LocatedEntry,
): readonly Condition[] {
  const { value } = entry;
  const span = entrySpan(entry);
  if (value.kind !== "map") return readShortForm(reading, fact, value, span);
  for (const { key, keySpan } of value.entries) {
    // Of built-in facts, and of what is no word at all, the schema has said so.
    if (key === "present" || words[fact.type].includes(key) || !isCustom(fact) || !isWord(key)) continue;
    const message = `\`${fact.name}\` is a ${fact.type}, which \`${key}\` cannot test`;
    reading.report.error("RW1301", keySpan, message, forms[fact.type]);
  }
  const isSingle = value.entries.length === 1;
  const own = value.entries.filter(({ key }) => key === "present" || words[fact.type].includes(key));
  const parts = own.flatMap((part) => {
    return readWord(reading, fact, part, isSingle ? span : entrySpan(part));
  });
  switch (fact.type) {
    case "number": {
      const range = rangeOf(value, (bound) => readNumber(reading, fact, bound));
      const isRange = value.entries.some(({ key }) => key !== "present");
      return range === undefined || !isRange ? parts : [...parts, { kind: "range", fact: fact.name, ...range, span }];
    }
    case "time": {
      const window = readTimeWindow(reading, value, span);
      return window === undefined ? parts : [...parts, window];
    }
    default:
      return parts;
  }
}

function isWord(key: string): boolean {
  return Object.values(words).some((list) => list.includes(key));
}

function readWord(
  reading: ConditionReading,
  fact: FactDefinition,
  { key, value }: LocatedEntry,
  span: Span,
): readonly Condition[] {
  const name = fact.name;
  switch (key) {
    case "present": {
      const expected = booleanOf(reading, value);
      return expected === undefined ? [] : [{ kind: "present", fact: name, expected, span }];
    }
    case "not": {
      const condition = readOneOf(reading, fact, value, span);
      return condition === undefined ? [] : [{ kind: "not", condition, span }];
    }
    case "prefix": {
      const prefix = textOf(reading, value);
      return prefix === undefined ? [] : [{ kind: "prefix", fact: name, prefix, span }];
    }
    case "glob": {
      const pattern = textOf(reading, value);
      if (pattern === undefined) return [];
      const problem = globProblem(pattern);
      if (problem !== undefined) {
        const isValue = pattern.length < 60 && /^[^*?[\]{}\\]+$/.test(pattern);
        const help = isValue
          ? `write \`${fact.name}: ${pattern}\``
          : "write several values as a list, and several globs under `any`";
        reading.report.error("RW1303", value.span, problem, help);
      }
      return [{ kind: "glob", fact: name, pattern, span }];
    }
    case "any":
    case "all":
    case "none": {
      const tags = tagsOf(reading, value);
      return tags.length === 0 ? [] : [{ kind: "set", fact: name, quantifier: key, tags, span }];
    }
    default:
      return []; // bounds and parts of a window are read together
  }
}

/** A bare value or list. */
function readShortForm(
  reading: ConditionReading,
  fact: FactDefinition,
  node: Located,
  span: Span,
): readonly Predicate[] {
  switch (fact.type) {
    case "string": {
      const predicate = isOf(node, "string") ? readOneOf(reading, fact, node, span) : undefined;
      return predicate === undefined ? refuse(reading, fact, node) : [predicate];
    }
    case "set": {
      if (!isOf(node, "string")) return refuse(reading, fact, node);
      const tags = tagsOf(reading, node);
      return tags.length === 0 ? [] : [{ kind: "set", fact: fact.name, quantifier: "any", tags, span }];
    }
    case "number": {
      // Tokens may be written as text (`200k`); what is no number of the fact's unit is reported when it is read.
      if (node.kind !== "scalar" || (typeof node.value !== "number" && fact.unit !== "tokens")) {
        return refuse(reading, fact, node);
      }
      const value = readNumber(reading, fact, node);
      const bound = value === undefined ? undefined : { value, inclusive: true };
      return bound === undefined ? [] : [{ kind: "range", fact: fact.name, min: bound, max: bound, span }];
    }
    case "boolean": {
      const expected = booleanOf(reading, node);
      return expected === undefined
        ? refuse(reading, fact, node)
        : [{ kind: "boolean", fact: fact.name, expected, span }];
    }
    case "time":
      return refuse(reading, fact, node);
  }
}

/** Built-in facts have a schema that refuses what does not fit; custom ones are judged here. */
function refuse(reading: ConditionReading, fact: FactDefinition, node: Located): readonly [] {
  if (!isCustom(fact) || isFaulty(reading, node)) return [];
  const takesTexts = fact.type === "string" || fact.type === "set";
  // Of a list where a list may stand, the items are at fault.
  const wrong = node.kind === "list" && takesTexts ? node.items.filter((item) => !isOf(item, "string")) : [node];
  for (const each of wrong) {
    const message = `\`${fact.name}\` is a ${fact.type}; ${describeValue(each)} cannot be compared with it`;
    const isBare = takesTexts && each.kind === "scalar";
    const help = isBare ? `quote it if it is text: "${shorten(each.source)}"` : forms[fact.type];
    reading.report.error("RW1301", each.span, message, help);
  }
  return [];
}

function isCustom({ name }: FactDefinition): boolean {
  return name.startsWith("attributes.");
}

function isFaulty({ faulty }: ConditionReading, node: Located): boolean {
  return faulty.has(node) || (node.kind === "list" && node.items.some((item) => faulty.has(item)));
}

function isOf(node: Located, type: "string"): boolean {
  const items = itemsOf(node);
  return items.length > 0 && items.every((item) => item.kind === "scalar" && typeof item.value === type);
}

function readOneOf(
  reading: ConditionReading,
  fact: FactDefinition,
  node: Located,
  span: Span,
): Extract<Predicate, { kind: "one-of" }> | undefined {
  const written = textsOf(reading, node);
  if (written.length === 0) return undefined;
  const { values } = fact;
  if (values !== undefined) {
    const allowed = new Set(values);
    for (const item of itemsOf(node)) {
      const text = textOf(reading, item);
      if (text === undefined || allowed.has(text)) continue;
      const help = () => {
        const near = didYouMean(text, values);
        const list = `one of ${listNames(values)}`;
        return near === undefined ? list : `${near} (${list})`;
      };
      reading.report.error("RW1301", item.span, `\`${shorten(text)}\` is not a value of \`${fact.name}\``, help);
    }
  }
  // Requests have the model's full name: a bare one in a rule would never be equal to it.
  const compared =
    fact.name === "model" ? written.map((name) => canonicalModelId(reading.catalog, name) ?? name) : written;
  return { kind: "one-of", fact: fact.name, values: [...new Set(compared)], span };
}

/** A number in its compared form: whole tokens, milliseconds or nano-dollars; a plain number without a unit. */
function readNumber(
  reading: ConditionReading,
  { unit }: FactDefinition,
  node: Located | undefined,
): number | undefined {
  switch (unit) {
    case "tokens":
      return tokensOf(reading, node);
    case "usd":
      return usdOf(reading, node);
    case "ms":
      return hintedMillisecondsOf(reading, node);
    case "ratio":
      return ratioOf(reading, node);
    default:
      return numberOf(reading, node);
  }
}
