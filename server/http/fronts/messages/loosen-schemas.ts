import { isObject, type Json, objectsOf, wordOf } from "../../../json/json.js";

/**
 * OpenAI holds a model only to schemas whose objects require every property and allow no other, and refuses `strict` for any other
 * schema; Anthropic takes properties that may be left out (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas,
 * and `toStrictJsonSchema` of the `openai` package 6.49.0, read 2026-11-27).
 */
const refused: ReadonlySet<string> = new Set(["allOf", "oneOf", "not", "if", "then", "else", "default"]);
/** Keys under which schemas stand by name. */
const byName: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);

/** Tools and `response_format` of a chat completion, strict only where OpenAI can be. @param warnings takes what is not. */
export function loosenSchemas({ tools, response_format: format }: Json, warnings: Set<string>): Json {
  const offered = objectsOf(tools).map((tool) => {
    const { function: called } = tool;
    if (!isObject(called) || called["strict"] !== true || canBeStrict(called["parameters"])) return tool;
    warnings.add(`tools: strict was left out of ${wordOf(called["name"])}, ${WHY}`);
    const { strict: _, ...loose } = called;
    return { ...tool, function: loose };
  });
  const { json_schema: given } = isObject(format) ? format : {};
  const isLoose = isObject(given) && given["strict"] === true && !canBeStrict(given["schema"]);
  if (isLoose) warnings.add(`output_config.format: it is asked for without strict, ${WHY}`);
  return {
    ...(offered.length === 0 ? {} : { tools: offered }),
    ...(isLoose ? { response_format: { type: "json_schema", json_schema: { ...given, strict: false } } } : {}),
  };
}

const WHY = "OpenAI takes it only for schemas whose objects require all their properties";

function canBeStrict(schema: unknown): boolean {
  return isObject(schema) && schema["type"] === "object" && schema["anyOf"] === undefined && isStrict(schema);
}

function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isObject(schema)) return true;
  const { properties, required, additionalProperties: others } = schema;
  const names = isObject(properties) ? Object.keys(properties) : [];
  const isOfObjects = schema["type"] === "object" || isObject(properties);
  if (isOfObjects && (others !== false || !names.every((name) => Array.isArray(required) && required.includes(name)))) {
    return false;
  }
  return Object.entries(schema).every(([key, value]) => {
    if (refused.has(key)) return false;
    if (byName.has(key)) return !isObject(value) || Object.values(value).every(isStrict);
    return key === "items" || key === "anyOf" ? isStrict(value) : true;
  });
}
