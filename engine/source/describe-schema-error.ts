import type { Span } from "../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../diagnostics/diagnostic-codes.js";
import type { Help, PendingDiagnostic } from "../diagnostics/report.js";
import { didYouMean, listNames, nearestNames } from "../diagnostics/suggest.js";
import { isRequiredKey, type SchemaError } from "./document-schemas.js";
import { describeValue, type Located, type LocatedEntry, type LocatedMap, shorten } from "./located.js";
import { descriptionOf, joinOr, ownDescription, rangeOf, typeNames, wantedTypes } from "./schema-words.js";
import { valueForms } from "./value-forms.js";

export interface PlacedError {
  readonly error: SchemaError;
  /** Name under `$defs` of the schema that failed. */
  readonly definition: string | undefined;
  readonly node: Located;
  /** The entry that holds the node; undefined for the root and for items of lists. */
  readonly entry: LocatedEntry | undefined;
  /** The nearest entry around the node: the list's, for an item. */
  readonly holder: LocatedEntry | undefined;
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

/** Says in the operator's words what ajv found. Nothing for what another error of the same place already says. */
export function describeSchemaError(placed: PlacedError): readonly Description[] {
  const { error, definition, node, entry } = placed;
  const { params } = error;
  const isEmpty = node.kind === "scalar" && node.value === null;
  const say = (code: DiagnosticCode, message: string, help: Help, span: Span = node.span): readonly Description[] => [
    {
      diagnostic: { code, severity: "error", message, span, ...(help === undefined ? {} : { help }) },
      isLack: error.keyword === "required" || error.keyword === "minProperties" || error.keyword === "oneOf",
    },
  ];
  const form = definition === undefined ? undefined : valueForms[definition];
  if (form !== undefined && node.kind !== "map") {
    if (isEmpty) return say(form.code, `${nameOf(placed)} is empty`, form.help, placeOf(placed));
    if (node.kind === "scalar" && typeof node.value === "string" && isPlainNumber(node.value)) {
      return say(form.code, `the text \`${node.value}\` is not ${form.what}`, `write it without quotes: ${node.value}`);
    }
    return say(form.code, `${describe(node)} is not ${form.what}`, form.help, placeOf(placed));
  }

  switch (error.keyword) {
    case "additionalProperties":
      return describeUnknownKey(placed, say);
    case "required": {
      const key = params["missingProperty"] as string;
      if (isMisspelt(error, node, [key]) || knowsNothing(error, node)) return [];
      const description = descriptionOf(error, key);
      const help =
        key === "kind" ? kindHelp(error) : `add \`${key}: …\`${description === undefined ? "" : ` (${description})`}`;
      return say("RW1102", `${nameOf(placed)} needs \`${key}\``, help, placeOf(placed));
    }
    case "oneOf": {
      const given = (node as LocatedMap).entries.filter(({ key }) => effects.includes(key));
      if (given.length === 0 && (isMisspelt(error, node, effects) || knowsNothing(error, node))) return [];
      const help = "a rule has exactly one of `deny`, `require` and `route`; write two rules for two effects";
      const [, second] = given;
      return second === undefined
        ? say("RW1104", "the rule does nothing", "give it one of `deny`, `require` and `route`", firstKey(node))
        : say("RW1104", `the rule has ${given.length} effects`, help, second.keySpan);
    }
    case "enum": {
      const allowed = params["allowedValues"] as readonly string[];
      const written = node.kind === "scalar" ? String(node.value) : "";
      const list = `one of ${listNames(allowed)}`;
      const near = didYouMean(written, allowed);
      const owner = placed.holder === undefined ? "" : ` of \`${shorten(placed.holder.key)}\``;
      return say("RW1103", `${describe(node)} is not a value${owner}`, near === undefined ? list : `${near} (${list})`);
    }
    case "type":
    case "anyOf":
      return describeWrongType(placed, say);
    case "const":
      return say("RW1008", `${describe(node)} is not a kind`, kindHelp(error));
    case "minItems":
    case "minProperties":
    case "minLength": {
      const help = error.keyword === "minLength" ? "write its text" : "write at least one value";
      const optional = entry === undefined || isRequiredKey(entry.key) ? "" : ", or leave the key out";
      return say("RW1103", `${nameOf(placed)} is empty`, `${help}${optional}`, placeOf(placed));
    }
    case "maxProperties": {
      const last = (node as LocatedMap).entries.at(-1);
      const keys = listNames(
        (node as LocatedMap).entries.map(({ key }) => key),
        "and",
      );
      return say("RW1103", `${nameOf(placed)} holds ${keys}; it takes one of them`, "keep one", last?.keySpan);
    }
    case "uniqueItems": {
      const again = node.kind === "list" ? node.items[Math.max(Number(params["i"]), Number(params["j"]))] : undefined;
      const message = `${again === undefined ? "a value" : describe(again)} stands twice in ${nameOf(placed)}`;
      return say("RW1103", message, "keep one of them", again?.span);
    }
    case "pattern": {
      const key = entry === undefined ? "value" : `\`${shorten(entry.key)}\``;
      return say("RW1103", `${describe(node)} is not a valid ${key}`, ownDescription(error));
    }
    case "propertyNames": {
      const name = params["propertyName"] as string;
      const bad = (node as LocatedMap).entries.find((candidate) => candidate.key === name);
      const help = `a name is ${(error.schema as { description?: string }).description}`;
      return say("RW1103", `\`${shorten(name)}\` cannot be a name in ${nameOf(placed)}`, help, bad?.keySpan);
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return say("RW1302", `${describe(node)} is out of range`, `write a number ${rangeOf(error)}`);
    default:
      return say("RW1103", `${nameOf(placed)} ${error.message ?? "has the wrong form"}`, undefined, placeOf(placed));
  }
}

type Say = (code: DiagnosticCode, message: string, help: Help, span?: Span) => readonly Description[];

function describeUnknownKey(placed: PlacedError, say: Say): readonly Description[] {
  const { error, definition, node } = placed;
  const key = error.params["additionalProperty"] as string;
  const unknown = (node as LocatedMap).entries.find((candidate) => candidate.key === key) as LocatedEntry;
  if (definition !== undefined && factMaps.has(definition)) return [];
  const known = knownKeys(error);
  const help = () =>
    didYouMean(key, known) ?? (known.length === 0 ? undefined : `known here: ${listNames(known, "and")}`);
  const message = `\`${shorten(key)}\` is not a key of ${nameOf(placed)}`;
  return say("RW1101", message, help, unknown.keySpan).map((said) => ({ ...said, about: unknown.value }));
}

function describeWrongType(placed: PlacedError, say: Say): readonly Description[] {
  const { error, node } = placed;
  const types = wantedTypes(error);
  const wanted = joinOr([...new Set(types.map((type) => typeNames[type] ?? type))]);
  if (node.kind === "scalar" && node.value === null) {
    const { entry } = placed;
    const optional = entry === undefined || isRequiredKey(entry.key) ? "" : ", or leave the key out";
    return say("RW1103", `${nameOf(placed)} is empty`, `write ${wanted}${optional}`, placeOf(placed));
  }
  const message = `${nameOf(placed)} must be ${wanted}, not ${describeValue(node)}`;
  return say("RW1103", message, helpForType(placed, types), placeOf(placed));
}

function helpForType({ error, node }: PlacedError, types: readonly string[]): string | undefined {
  if (node.kind === "scalar") {
    const text = shorten(node.source);
    const { pattern } = error.parentSchema as { pattern?: string };
    if (types.includes("string") && typeof node.value !== "string") {
      const fits = pattern === undefined || new RegExp(pattern, "u").test(node.source);
      return fits ? `quote it if it is text: "${text}"` : ownDescription(error);
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

/** What the message is about: the key that holds the value, an item, the file. */
function nameOf({ entry, holder, error }: PlacedError): string {
  if (entry !== undefined) return `\`${shorten(entry.key)}\``;
  const title = (error.parentSchema as { title?: string } | undefined)?.title?.toLowerCase();
  if (title?.startsWith("routewright") === true) return "the file";
  if (title !== undefined) return `the ${title}`;
  return holder === undefined ? "the item" : `an item of \`${shorten(holder.key)}\``;
}

/** A missing or empty value has no text of its own: point at the key that holds it. */
function placeOf({ entry, node }: PlacedError): Span {
  if (node.kind === "scalar" && node.value !== null && node.source !== "") return node.span;
  return entry === undefined ? firstKey(node) : entry.keySpan;
}

function firstKey(node: Located): Span {
  return node.kind === "map" ? (node.entries[0]?.keySpan ?? node.span) : node.span;
}

function describe(node: Located): string {
  return node.kind === "scalar" && node.value !== null ? `\`${shorten(node.source)}\`` : describeValue(node);
}

function kindHelp({ parentSchema, schema }: SchemaError): string {
  const own = (parentSchema as { properties?: { kind?: { const?: string } } }).properties?.kind?.const;
  return `write \`kind: ${own ?? String(schema)}\``;
}

function knownKeys({ parentSchema }: SchemaError): readonly string[] {
  return Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
}

/** Whether an unknown key of the map is one of the wanted ones, misspelt: then only that is said. */
function isMisspelt(error: SchemaError, node: Located, wanted: readonly string[]): boolean {
  const known = knownKeys(error);
  return (node as LocatedMap).entries.some(
    ({ key }) => !known.includes(key) && nearestNames(key, known).some((name) => wanted.includes(name)),
  );
}

/** Whether the map holds nothing but unknown keys: then the mistake is another one than what it lacks. */
function knowsNothing(error: SchemaError, node: Located): boolean {
  const { entries } = node as LocatedMap;
  const known = knownKeys(error);
  return entries.length > 0 && !entries.some(({ key }) => known.includes(key));
}
