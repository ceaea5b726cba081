import type { Diagnostic, Span } from "../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../diagnostics/diagnostic-codes.js";
import { didYouMean, listNames, nearestNames } from "../diagnostics/suggest.js";
import type { SchemaError } from "./document-schemas.js";
import { describeValue, type Located, type LocatedEntry, type LocatedMap, shorten } from "./located.js";
import { valueForms } from "./value-forms.js";

export interface PlacedError {
  readonly error: SchemaError;
  /** Name under `$defs` of the schema that failed. */
  readonly definition: string | undefined;
  readonly node: Located;
  /** The entry that holds the node; undefined for the root and for items of lists. */
  readonly entry: LocatedEntry | undefined;
}

/** A finding; `about` is the value below the node it is about (of an unknown key). */
interface Description {
  readonly diagnostic: Diagnostic;
  readonly about?: Located;
}

/** Maps whose keys are facts, by their name under `$defs`. */
const factMaps = new Set(["condition", "request"]);
const effects = ["deny", "require", "route"];

/** Says in the operator's words what ajv found. Nothing for what another error of the same place already says. */
export function describeSchemaError(placed: PlacedError): readonly Description[] {
  const { error, definition, node, entry } = placed;
  const { params } = error;
  const say = (
    code: DiagnosticCode,
    message: string,
    help?: string,
    span: Span = node.span,
  ): readonly Description[] => [
    { diagnostic: { code, severity: "error", message, span, ...(help === undefined ? {} : { help }) } },
  ];
  const form = definition === undefined ? undefined : valueForms[definition];
  if (form !== undefined) return say(form.code, `${describe(node)} is not ${form.what}`, form.help, placeOf(placed));

  switch (error.keyword) {
    case "additionalProperties": {
      const key = params["additionalProperty"] as string;
      const unknown = (node as LocatedMap).entries.find((candidate) => candidate.key === key) as LocatedEntry;
      const known = knownKeys(error);
      if (definition !== undefined && factMaps.has(definition)) {
        const help = didYouMean(key, known) ?? "declare it under `attributes:` and write `attributes.NAME`";
        const message = `\`${shorten(key)}\` is not a fact`;
        return say("RW1201", message, help, unknown.keySpan).map((said) => ({ ...said, about: unknown.value }));
      }
      const help = didYouMean(key, known) ?? (known.length === 0 ? undefined : `known here: ${listNames(known)}`);
      const message = `\`${shorten(key)}\` is not a key of ${nameOf(placed)}`;
      return say("RW1101", message, help, unknown.keySpan).map((said) => ({ ...said, about: unknown.value }));
    }
    case "required": {
      const key = params["missingProperty"] as string;
      if (isMisspelt(error, node, [key])) return [];
      return say(
        "RW1102",
        `${nameOf(placed)} needs \`${key}\``,
        descriptionOf(error, key) ?? `write \`${key}: …\``,
        placeOf(placed),
      );
    }
    case "oneOf": {
      const given = (node as LocatedMap).entries.filter(({ key }) => effects.includes(key));
      if (given.length === 0 && isMisspelt(error, node, effects)) return [];
      const help = "a rule has exactly one of `deny`, `require` and `route`; write two rules for two effects";
      const [, second] = given;
      return second === undefined
        ? say("RW1104", "the rule does nothing", help, firstKey(node))
        : say("RW1104", `the rule has ${given.length} effects`, help, second.keySpan);
    }
    case "enum": {
      const allowed = params["allowedValues"] as readonly string[];
      const written = node.kind === "scalar" ? String(node.value) : "";
      const help = didYouMean(written, allowed);
      const list = `one of ${listNames(allowed)}`;
      return say(
        "RW1103",
        `${describe(node)} is not ${help === undefined ? "" : "a value of "}${help === undefined ? list : nameOf(placed)}`,
        help === undefined ? undefined : `${help} (${list})`,
      );
    }
    case "type":
    case "anyOf": {
      const isEmpty = node.kind === "scalar" && node.value === null;
      const types = error.keyword === "type" ? [params["type"]].flat() : typesOf(error.schema as readonly object[]);
      const wanted = types.map((type) => typeNames[String(type)] ?? String(type));
      const unique = [...new Set(wanted)].join(" or ");
      const message = isEmpty
        ? `${nameOf(placed)} is empty`
        : `${nameOf(placed)} must be ${unique}, not ${describeValue(node)}`;
      const quoted = node.kind === "scalar" && types.includes("string") && node.source !== "" && !isEmpty;
      const help = quoted
        ? `quote it if it is text: "${shorten(node.source)}"`
        : isEmpty
          ? `write ${unique}, or leave the key out`
          : undefined;
      return say("RW1103", message, help, placeOf(placed));
    }
    case "minItems":
    case "minProperties":
    case "minLength":
      return say(
        "RW1103",
        `${nameOf(placed)} is empty`,
        "write at least one value, or leave the key out",
        placeOf(placed),
      );
    case "pattern":
      return say(
        "RW1103",
        `${describe(node)} is not a valid ${entry === undefined ? "value" : `\`${shorten(entry.key)}\``}`,
        ownDescription(error),
      );
    case "propertyNames": {
      const name = params["propertyName"] as string;
      const bad = (node as LocatedMap).entries.find((candidate) => candidate.key === name);
      const help = `a name is ${(error.schema as { description?: string }).description}`;
      return say("RW1103", `\`${shorten(name)}\` cannot be a name in ${nameOf(placed)}`, help, bad?.keySpan);
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return say("RW1302", `${describe(node)} is out of range: ${error.message ?? ""}`, ownDescription(error));
    default:
      return say("RW1103", `${nameOf(placed)} ${error.message ?? "has the wrong form"}`, undefined, placeOf(placed));
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping",
  array: "a list",
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

function typesOf(branches: readonly object[]): readonly unknown[] {
  return branches.flatMap((branch) => ("type" in branch ? [branch.type].flat() : "$ref" in branch ? ["string"] : []));
}

/** What the message is about: the key that holds the value, an item, the file. */
function nameOf({ entry, node, error }: PlacedError): string {
  if (entry !== undefined) return `\`${shorten(entry.key)}\``;
  const title = (error.parentSchema as { title?: string } | undefined)?.title?.toLowerCase();
  if (error.instancePath === "" && node.kind === "map" && title?.startsWith("routewright") === true) return "the file";
  return title === undefined ? "the item" : `the ${title}`;
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

function descriptionOf({ parentSchema }: SchemaError, key: string): string | undefined {
  const properties = (parentSchema as { properties?: Record<string, { description?: string }> }).properties;
  return fragment(properties?.[key]?.description);
}

function ownDescription({ parentSchema }: SchemaError): string | undefined {
  return fragment((parentSchema as { description?: string }).description);
}

/** A sentence of a schema as help, which begins in lower case: `Name of…` → `name of…`, but not `IANA time zone`. */
function fragment(sentence: string | undefined): string | undefined {
  const text = sentence?.replace(/\.$/, "");
  return text === undefined || !/^[A-Z][a-z ]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
