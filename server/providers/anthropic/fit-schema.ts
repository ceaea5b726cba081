import { isObject, type Json } from "../../json/json.js";

/**
 * What JSON schemas for `output_config.format` and for strict tools may hold (https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
 * and `transformJSONSchema` of the `@anthropic-ai/sdk` package 1.14.0, read 2026-11-26): anything else is refused.
 */
const bounds: ReadonlySet<string> = new Set([
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"],
  ...["maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties"],
]);
const formats: ReadonlySet<unknown> = new Set([
  ...["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"],
]);
/** Keys under which schemas stand: by name, in a list, or alone. */
const byName: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
const inLists: ReadonlySet<string> = new Set(["anyOf", "allOf", "oneOf"]);

export interface FittedSchema {
  readonly schema: Json;
  /** Keywords that are sent as words of a description. */
  readonly inWords: ReadonlySet<string>;
  /** Properties that may be left out, and values of several types: Anthropic takes so many. */
  readonly optional: number;
  readonly unions: number;
}

/** Bounds become words of the description, `oneOf` becomes `anyOf`, and objects say that they have no other keys. */
export function fitSchema(given: Json): FittedSchema {
  const inWords = new Set<string>();
  let [optional, unions] = [0, 0];
  const fittedAny = (value: unknown): unknown => (isObject(value) ? fitObject(value) : value);
  const fitObject = (schema: Json): Json => {
    const fitted: Record<string, unknown> = {};
    const words: string[] = [];
    for (const [key, value] of Object.entries(schema)) {
      if (key === "$schema" || key === "additionalProperties") continue;
      if (isBound(key, value)) {
        inWords.add(key);
        words.push(`${key}: ${JSON.stringify(value)}`);
      } else if (byName.has(key) && isObject(value)) {
        fitted[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fittedAny(one)]));
      } else if (inLists.has(key) && Array.isArray(value)) {
        fitted[key === "oneOf" ? "anyOf" : key] = value.map(fittedAny);
      } else fitted[key] = key === "items" ? fittedAny(value) : value;
    }
    const { properties, required, type, anyOf } = fitted;
    if (isObject(properties) || type === "object") fitted["additionalProperties"] = false;
    if (isObject(properties))
      optional += Object.keys(properties).length - (Array.isArray(required) ? required.length : 0);
    if (Array.isArray(type) || anyOf !== undefined) unions++;
    if (words.length > 0) {
      const { description } = fitted;
      fitted["description"] = `${typeof description === "string" ? `${description} ` : ""}(${words.join(", ")})`;
    }
    return fitted;
  };
  return { schema: fitObject(given), inWords, optional, unions };
}

function isBound(key: string, value: unknown): boolean {
  if (key === "minItems") return value !== 0 && value !== 1;
  return key === "format" ? !formats.has(value) : bounds.has(key);
}

/** Whether an object in it has keys that the schema does not name: no schema that Anthropic takes says that. */
export function hasFreeKeys(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasFreeKeys);
  if (!isObject(schema)) return false;
  const { additionalProperties: others, patternProperties: patterns, properties, type } = schema;
  const isFree = isObject(others) || (others === true && properties === undefined) || patterns !== undefined;
  if (isFree && (type === undefined || type === "object")) return true;
  return Object.entries(schema).some(([key, value]) =>
    byName.has(key) && isObject(value) ? Object.values(value).some(hasFreeKeys) : hasFreeKeys(value),
  );
}
