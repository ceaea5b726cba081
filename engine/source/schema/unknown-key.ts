import { didYouMean, listNames, nearestNames } from "../../diagnostics/suggest.js";
import { disguisedBlank } from "../disguised-blanks.js";
import { type LocatedEntry, type LocatedMap, type LocatedScalar, shorten } from "../located.js";
import { knownKeys, nameOf, type Said, type SchemaFault, say } from "./schema-fault.js";

/** Maps whose keys are facts, by their name under `$defs`: what is no fact is told by their readers, who know them all. */
const factMaps = new Set(["condition", "request"]);

/** Of an entry whose key the map does not take. */
export function describeUnknownKey(fault: SchemaFault): Said | undefined {
  const { unknown, definition } = fault;
  if (unknown === undefined || (definition !== undefined && factMaps.has(definition))) return undefined;
  const known = knownKeys(fault);
  const isInclude = unknown.key === "include" && known.includes("rules");
  const help = () =>
    (isInclude ? "a file is included by an item of `rules`: `- include: guards.yaml`" : undefined) ??
    helpForPlace(fault, unknown.key) ??
    helpForBlank(unknown.key) ??
    helpForEquality(fault, unknown) ??
    didYouMean(unknown.key, known) ??
    (known.length === 0 ? undefined : `known here: ${listNames(known, "and")}`);
  const message = `\`${shorten(unknown.key)}\` is not a key of ${nameOf(fault)}`;
  return { ...say("RW1101", message, help, unknown.keySpan), about: unknown.value };
}

/** Keys that belong one level deeper, or to another way of saying it. */
function helpForPlace({ entry, holder, kind }: SchemaFault, key: string): string | undefined {
  const isCandidate = kind === "policy" && entry === undefined && (holder?.key === "to" || holder?.key === "fallback");
  if (isCandidate && (key === "model" || key === "pool" || key === "endpoint")) {
    return `write its name alone: \`${holder.key}: [author/model]\`, \`[author/model@provider]\` or \`[pool]\``;
  }
  if (entry?.key === "default" && (key === "to" || key === "fallback" || key === "strategy")) {
    return `it belongs to the route: \`default: { route: { ${key}: … } }\``;
  }
  if (entry?.key === "require" && /^(not_)?models?$/.test(key)) {
    return "guards do not name models: what may serve stands in the `to` of routes, and in what an API key allows";
  }
  return undefined;
}

function helpForBlank(key: string): string | undefined {
  const blank = disguisedBlank(key);
  return blank === undefined ? undefined : `a blank that is no space (${blank}) stands in it: type it anew`;
}

const equalities = new Set(["eq", "equal", "equals", "is", "=", "==", "value"]);
const memberships = new Set(["any", "in", "one_of", "any_of", "values"]);

/** Under a fact no word says that it equals a value, or one of several: these stand alone. */
function helpForEquality(fault: SchemaFault, { key, value }: LocatedEntry): string | undefined {
  const known = knownKeys(fault);
  const isText = known.includes("prefix") && !known.includes("any");
  if (!known.includes("present") || !(equalities.has(key) || (isText && memberships.has(key)))) return undefined;
  const sources = value.kind === "list" ? value.items : [value];
  if (!sources.every((item) => item.kind === "scalar")) return undefined;
  const [first = "", ...more] = sources.map((item) => shorten((item as LocatedScalar).source));
  const name = shorten(fault.entry?.key ?? "");
  const alone = `${name}: ${more.length === 0 ? first : `[${[first, ...more].join(", ")}]`}`;
  const isGuarded = (fault.node as LocatedMap).entries.some((entry) => entry.key === "present");
  const whole = isGuarded ? `all: [{ ${name}: { present: true } }, { ${alone} }]` : alone;
  return `write \`${whole}\``;
}

/** Whether an unknown key of the map is one of the wanted ones, misspelt: then only that is said. */
export function isMisspelt(fault: SchemaFault, wanted: readonly string[]): boolean {
  const known = knownKeys(fault);
  return (fault.node as LocatedMap).entries.some(
    ({ key }) => !known.includes(key) && nearestNames(key, known).some((name) => wanted.includes(name)),
  );
}

/** Whether the map holds nothing but unknown keys: then the mistake is another one than what it lacks. */
export function knowsNothing(fault: SchemaFault): boolean {
  const { entries } = fault.node as LocatedMap;
  const known = knownKeys(fault);
  return entries.length > 0 && !entries.some(({ key }) => known.includes(key));
}
