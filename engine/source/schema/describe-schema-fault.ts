import type { Span } from "../../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../../diagnostics/diagnostic-codes.js";
import type { Help, PendingDiagnostic } from "../../diagnostics/report.js";
import { didYouMean, listNames, nearestNames } from "../../diagnostics/suggest.js";
import { disguisedBlank } from "../disguised-blanks.js";
import {
  describeValue,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  shorten,
} from "../located.js";
import { type DocumentKind, isRequiredKey, type SchemaNode } from "./document-schemas.js";
import { descriptionOf, joinOr, ownDescription, rangeOf, typeNames, wantedTypes } from "./schema-words.js";
import { helpFor, valueForms } from "./value-forms.js";

/** What a value does not fit, and where. */
export interface SchemaFault {
  readonly keyword: keyof SchemaNode;
  readonly schema: SchemaNode;
  /** Name under `$defs` of the schema. */
  readonly definition: string | undefined;
  readonly kind: DocumentKind;
  readonly node: Located;
  /** The entry that holds the node; undefined for the root and for items of lists. */
  readonly entry: LocatedEntry | undefined;
  /** The nearest entry around the node: the list's, for an item. */
  readonly holder: LocatedEntry | undefined;
  /** The missing key of `required`. */
  readonly key?: string;
  /** The entry that `additionalProperties` or `propertyNames` refuses. */
  readonly unknown?: LocatedEntry;
  /** The item that `uniqueItems` finds again. */
  readonly again?: Located;
}

/** A finding; `about` is the value below the node it is about (of an unknown key). */
interface Description {
  readonly diagnostic: PendingDiagnostic;
  readonly about?: Located;
  /** It says that something is missing, which says nothing new about a map that lost an entry already. */
  readonly isLack: boolean;
}

/** Maps whose keys are facts, by their name under `$defs`: what is no fact is told by their readers, who know them all. */
const factMaps = new Set(["condition", "request"]);
const effects = ["deny", "require", "route"];

/** Says a fault in the operator's words. Nothing for what another fault of the same place already says. */
export function describeSchemaFault(fault: SchemaFault): readonly Description[] {
  const { keyword, schema, definition, node, entry, holder } = fault;
  const isEmpty = node.kind === "scalar" && node.value === null;
  const say = (code: DiagnosticCode, message: string, help: Help, span: Span = node.span): readonly Description[] => [
    {
      diagnostic: { code, severity: "error", message, span, ...(help === undefined ? {} : { help }) },
      isLack: keyword === "required" || keyword === "minProperties" || keyword === "oneOf",
    },
  ];
  const form = definition === undefined ? undefined : valueForms[definition];
  if (form !== undefined && node.kind !== "map") {
    if (isEmpty) return say(form.code, `${nameOf(fault)} is empty`, form.help, placeOf(fault));
    if (node.kind === "scalar" && typeof node.value === "string" && isPlainNumber(node.value)) {
      return say(form.code, `the text \`${node.value}\` is not ${form.what}`, `write it without quotes: ${node.value}`);
    }
    return say(
      form.code,
      `${describe(node)} is not ${form.what}`,
      comparisonIn(fault) ?? helpFor(form, sourceOf(node)),
      placeOf(fault),
    );
  }

  switch (keyword) {
    case "additionalProperties":
      return describeUnknownKey(fault, say);
    case "required": {
      const { key = "" } = fault;
      if (isMisspelt(fault, [key]) || knowsNothing(fault)) return [];
      const description = descriptionOf(fault.kind, schema, key);
      const help =
        key === "kind" ? kindHelp(fault) : `add \`${key}: …\`${description === undefined ? "" : ` (${description})`}`;
      return say("RW1102", `${nameOf(fault)} needs \`${key}\``, help, placeOf(fault));
    }
    case "oneOf": {
      const given = (node as LocatedMap).entries.filter(({ key }) => effects.includes(key));
      if (given.length === 0 && (isMisspelt(fault, effects) || knowsNothing(fault))) return [];
      const help = "a rule has exactly one of `deny`, `require` and `route`; write two rules for two effects";
      const [, second] = given;
      return second === undefined
        ? say("RW1104", "the rule does nothing", "give it one of `deny`, `require` and `route`", firstKey(node))
        : say("RW1104", `the rule has ${given.length} effects`, help, second.keySpan);
    }
    case "enum": {
      const allowed = schema.enum ?? [];
      const written = node.kind === "scalar" ? String(node.value) : "";
      const list = `one of ${listNames(allowed)}`;
      const near = formatOf(entry, written) ?? didYouMean(written, allowed);
      const owner = holder === undefined ? "" : ` of \`${shorten(holder.key)}\``;
      return say("RW1103", `${describe(node)} is not a value${owner}`, near === undefined ? list : `${near} (${list})`);
    }
    case "type":
    case "anyOf":
      return describeWrongType(fault, say);
    case "const":
      return say("RW1008", `${describe(node)} is not a kind`, kindHelp(fault));
    case "minItems":
    case "minProperties":
    case "minLength": {
      if (entry?.key === "forall") {
        const help = "of all requests: write `forall: { model: { present: true } }`, which each of them meets";
        return say("RW1103", "`forall` is empty", help, placeOf(fault));
      }
      const help = keyword === "minLength" ? "write its text" : "write at least one value";
      const optional = entry === undefined || isRequiredKey(entry.key) ? "" : ", or leave the key out";
      return say("RW1103", `${nameOf(fault)} is empty`, `${help}${optional}`, placeOf(fault));
    }
    case "maxItems": {
      const { maxItems } = schema;
      return say("RW1103", `${nameOf(fault)} has more than ${maxItems} values`, "leave some out", placeOf(fault));
    }
    case "maxProperties": {
      const last = (node as LocatedMap).entries.at(-1);
      const keys = listNames(
        (node as LocatedMap).entries.map(({ key }) => key),
        "and",
      );
      return say("RW1103", `${nameOf(fault)} holds ${keys}; it takes one of them`, "keep one", last?.keySpan);
    }
    case "uniqueItems": {
      const again = fault.again ?? node;
      return say("RW1103", `${describe(again)} stands twice in ${nameOf(fault)}`, "keep one of them", again.span);
    }
    case "pattern": {
      const key = entry === undefined ? "value" : `\`${shorten(entry.key)}\``;
      return say("RW1103", `${describe(node)} is not a valid ${key}`, ownDescription(schema));
    }
    case "propertyNames": {
      const name = shorten(fault.unknown?.key ?? "");
      const help = `a name is ${schema.propertyNames?.description}`;
      return say("RW1103", `\`${name}\` cannot be a name in ${nameOf(fault)}`, help, fault.unknown?.keySpan);
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return say("RW1302", `${describe(node)} is out of range`, `write a number ${rangeOf(schema)}`);
    default:
      return say("RW1103", `${nameOf(fault)} has the wrong form`, ownDescription(schema), placeOf(fault));
  }
}

/** Providers and servers whose API is OpenAI's, in lower case: people write them as the format. */
const likeOpenAi = new Set([
  ...["azure", "cerebras", "cohere", "deepseek", "fireworks", "groq", "litellm", "llama.cpp", "lmstudio", "mistral"],
  ...["ollama", "openai-compatible", "openrouter", "sglang", "together", "vllm", "xai"],
]);

/** Of a provider that is named where its wire format is asked for. */
function formatOf(entry: LocatedEntry | undefined, written: string): string | undefined {
  if (entry?.key !== "format" || !likeOpenAi.has(written.toLowerCase())) return undefined;
  return `write \`openai\`: ${shorten(written)} speaks that API`;
}

type Say = (code: DiagnosticCode, message: string, help: Help, span?: Span) => readonly Description[];

function describeUnknownKey(fault: SchemaFault, say: Say): readonly Description[] {
  const { unknown, definition } = fault;
  if (unknown === undefined || (definition !== undefined && factMaps.has(definition))) return [];
  const known = knownKeys(fault);
  const isInclude = unknown.key === "include" && known.includes("rules");
  const help = () =>
    (isInclude ? "a file is included by an item of `rules`: `- include: guards.yaml`" : undefined) ??
    helpForBlank(unknown.key) ??
    helpForEquality(fault, unknown) ??
    didYouMean(unknown.key, known) ??
    (known.length === 0 ? undefined : `known here: ${listNames(known, "and")}`);
  const message = `\`${shorten(unknown.key)}\` is not a key of ${nameOf(fault)}`;
  return say("RW1101", message, help, unknown.keySpan).map((said) => ({ ...said, about: unknown.value }));
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

function describeWrongType(fault: SchemaFault, say: Say): readonly Description[] {
  const { node } = fault;
  const types = wantedTypes(fault.kind, fault.schema);
  const wanted = joinOr([...new Set(types.map((type) => typeNames[type] ?? type))]);
  if (node.kind === "scalar" && node.value === null) {
    const { entry } = fault;
    const optional = entry === undefined || isRequiredKey(entry.key) ? "" : ", or leave the key out";
    return say("RW1103", `${nameOf(fault)} is empty`, `write ${wanted}${optional}`, placeOf(fault));
  }
  const message = `${nameOf(fault)} must be ${wanted}, not ${describeValue(node)}`;
  return say("RW1103", message, helpForType(fault, types), placeOf(fault));
}

/** Values that people write for a mapping, as the mapping that they mean. */
const shortForms: Readonly<Record<string, (text: string) => string>> = {
  route: (text) => `route: { to: [${text}] }`,
  default: (text) => `default: { route: { to: [${text}] } }`,
  timeouts: (text) => `timeouts: { total: ${text} }`,
  cache: (text) => `cache: { ttl: ${/^\d/.test(text) ? text : "5m"} }`,
  health_check: (text) => `health_check: { path: ${text.startsWith("/") ? text : "/models"} }`,
};

function helpForType({ schema, node, entry, definition }: SchemaFault, types: readonly string[]): string | undefined {
  if (node.kind === "list" && definition === "condition") {
    return "write `all: [ … ]` where each must hold, `any: [ … ]` where one must";
  }
  if (node.kind === "scalar") {
    const text = shorten(node.source);
    const { pattern } = schema;
    if (schema.enum !== undefined) return `one of ${listNames(schema.enum)}`;
    if (entry !== undefined && types.includes("object") && Object.hasOwn(shortForms, entry.key)) {
      return `write \`${shortForms[entry.key]?.(text)}\``;
    }
    if (types.includes("string") && typeof node.value !== "string") {
      const fits = pattern === undefined || new RegExp(pattern, "u").test(node.source);
      return fits ? `quote it if it is text: "${text}"` : ownDescription(schema);
    }
    if (types.includes("number") || types.includes("integer")) {
      if (typeof node.value === "number") return undefined;
      return isPlainNumber(text) ? `write it without quotes: ${text}` : "write a plain number";
    }
    if (types.includes("boolean")) {
      return `write \`true\` or \`false\`${typeof node.value === "string" ? ", without quotes" : ""}`;
    }
    if (types.includes("array")) return `write a list: \`[${text}]\``;
  }
  const [only, another] = types;
  if (another !== undefined) return undefined;
  if (only === "array") return "write a list: `[{ … }]`, or begin each item with `- `";
  return only === "object" ? "write a mapping: `{ key: value }`, or each key on a line of its own" : undefined;
}

function isPlainNumber(text: string): boolean {
  return text.length <= 30 && /^-?\d+(\.\d+)?$/.test(text);
}

const comparisons: Readonly<Record<string, string>> = { ">=": "gte", ">": "gt", "<=": "lte", "<": "lt" };

/** `context_tokens: ">= 100k"`. */
function comparisonIn({ node, definition }: SchemaFault): string | undefined {
  const [, sign = "", bound] = (node.kind === "scalar" && /^([<>]=?)\s*(\S+)$/.exec(node.source)) || [];
  const isCondition = definition?.endsWith("Condition") === true;
  return isCondition && bound !== undefined ? `write \`{ ${comparisons[sign]}: ${shorten(bound)} }\`` : undefined;
}

function sourceOf(node: Located): string {
  return node.kind === "scalar" ? node.source : "";
}

/** What the message is about: the key that holds the value, an item, the file. */
function nameOf({ entry, holder, schema }: SchemaFault): string {
  if (entry !== undefined) return `\`${shorten(entry.key)}\``;
  const title = schema.title?.toLowerCase();
  if (title?.startsWith("routewright") === true) return "the file";
  if (title !== undefined) return `the ${title}`;
  return holder === undefined ? "the item" : `an item of \`${shorten(holder.key)}\``;
}

/** A missing or empty value has no text of its own: point at the key that holds it. */
function placeOf({ entry, node }: SchemaFault): Span {
  if (node.kind === "scalar" && node.value !== null && node.source !== "") return node.span;
  return entry === undefined ? firstKey(node) : entry.keySpan;
}

function firstKey(node: Located): Span {
  return node.kind === "map" ? (node.entries[0]?.keySpan ?? node.span) : node.span;
}

function describe(node: Located): string {
  return node.kind === "scalar" && node.value !== null ? `\`${shorten(node.source)}\`` : describeValue(node);
}

function kindHelp({ kind }: SchemaFault): string {
  return `write \`kind: ${kind}\``;
}

function knownKeys({ schema }: SchemaFault): readonly string[] {
  return Object.keys(schema.properties ?? {});
}

/** Whether an unknown key of the map is one of the wanted ones, misspelt: then only that is said. */
function isMisspelt(fault: SchemaFault, wanted: readonly string[]): boolean {
  const known = knownKeys(fault);
  return (fault.node as LocatedMap).entries.some(
    ({ key }) => !known.includes(key) && nearestNames(key, known).some((name) => wanted.includes(name)),
  );
}

/** Whether the map holds nothing but unknown keys: then the mistake is another one than what it lacks. */
function knowsNothing(fault: SchemaFault): boolean {
  const { entries } = fault.node as LocatedMap;
  const known = knownKeys(fault);
  return entries.length > 0 && !entries.some(({ key }) => known.includes(key));
}
