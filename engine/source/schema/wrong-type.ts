import { listNames } from "../../diagnostics/suggest.js";
import { describeValue, shorten } from "../located.js";
import { isRequiredKey } from "./document-schemas.js";
import { meantValues } from "./meant-value.js";
import { nameOf, placeOf, type Said, type SchemaFault, say } from "./schema-fault.js";
import { joinOr, ownDescription, typeNames, wantedTypes } from "./schema-words.js";

/** Of a value that is of none of the types its place takes. */
export function describeWrongType(fault: SchemaFault): Said {
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
  price: (text) => `price: ${/^\d/.test(text) ? `{ input: ${text}, output: … }` : "{ input: 0, output: 0 }"}`,
  timeouts: (text) => `timeouts: { total: ${text} }`,
  cache: (text) => `cache: { ttl: ${/^\d/.test(text) ? text : "5m"} }`,
  health_check: (text) => `health_check: { path: ${text.startsWith("/") ? text : "/models"} }`,
};

/** Of `require` and `select`: they say what may serve, never what may not. */
const allowLists: ReadonlySet<string> = new Set(["region", "provider", "author"]);

function helpForType(
  { kind, schema, node, entry, definition }: SchemaFault,
  types: readonly string[],
): string | undefined {
  if (node.kind === "list" && definition === "condition") {
    return "write `all: [ … ]` where each must hold, `any: [ … ]` where one must";
  }
  if (node.kind === "list" && (entry?.key === "route" || entry?.key === "default")) {
    return `write \`${shortForms[entry.key]?.("…")}\``;
  }
  if (node.kind === "list" && entry?.key === "region" && kind === "catalog") {
    return "an endpoint is in one region: write an endpoint for each, with a `region` of its own";
  }
  if (node.kind === "list" && (entry?.key === "glob" || entry?.key === "prefix")) {
    return `it takes one: write \`any: [ … ]\` around the conditions, one for each \`${entry.key}\``;
  }
  if (definition === "texts" && node.kind === "map" && allowLists.has(entry?.key ?? "")) {
    return "list those that may serve: `[…]`. Whatever is not listed is left out, also what the catalog gains later";
  }
  if (node.kind === "scalar") {
    const text = shorten(node.source);
    const { pattern } = schema;
    if (schema.enum !== undefined) return `one of ${listNames(schema.enum)}`;
    const isOneWord = !/\s/.test(text);
    if (entry !== undefined && isOneWord && types.includes("object") && Object.hasOwn(shortForms, entry.key)) {
      return `write \`${shortForms[entry.key]?.(text)}\``;
    }
    if (types.includes("string") && typeof node.value !== "string") {
      const fits = pattern === undefined || new RegExp(pattern, "u").test(node.source);
      return fits ? `quote it if it is text: "${text}"` : ownDescription(schema);
    }
    if (types.includes("number") || types.includes("integer")) {
      if (typeof node.value === "number") return undefined;
      const ms = entry?.key.endsWith("_ms") === true ? meantValues.milliseconds(text) : undefined;
      if (ms !== undefined && ms !== text) return `write \`${ms}\``;
      return isPlainNumber(text) ? `write it without quotes: ${text}` : "write a plain number";
    }
    if (types.includes("boolean")) {
      return `write \`true\` or \`false\`${typeof node.value === "string" ? ", without quotes" : ""}`;
    }
    if (types.includes("array")) return `write a list: \`[${text}]\``;
    if (entry !== undefined && Object.hasOwn(schema.properties ?? {}, "gte")) {
      return `write \`{ ${entry.key.startsWith("price") ? "lte" : "gte"}: ${text} }\``;
    }
  }
  const [only, another] = types;
  if (another !== undefined) return undefined;
  if (only === "array") return "write a list: `[{ … }]`, or begin each item with `- `";
  return only === "object" ? "write a mapping: `{ key: value }`, or each key on a line of its own" : undefined;
}

/** Whether a text is a number as YAML would have it without quotes. */
export function isPlainNumber(text: string): boolean {
  return text.length <= 30 && /^-?\d+(\.\d+)?$/.test(text);
}
