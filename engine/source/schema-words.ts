import { resolvePointer, type SchemaError } from "./document-schemas.js";

/** The types of JSON Schema in the words of the docs. */
export const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping",
  array: "a list",
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

/** The types a value might have had, in the order of the schema. */
export function wantedTypes(error: SchemaError): readonly string[] {
  return error.keyword === "type" ? ([error.params["type"]].flat() as string[]) : typesOf(error.schema);
}

function typesOf(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(typesOf);
  const { type, $ref, anyOf } = schema as { type?: string | string[]; $ref?: string; anyOf?: unknown };
  if ($ref !== undefined) return typesOf(resolvePointer($ref, schema));
  return type === undefined ? (anyOf === undefined ? [] : typesOf(anyOf)) : [type].flat();
}

/** `a`, `a or b`, `a, b or c`. */
export function joinOr(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

interface Described {
  readonly description?: string;
}

/** What the schema says about a key of the map that failed, in its first sentence. */
export function descriptionOf({ parentSchema }: SchemaError, key: string): string | undefined {
  const { properties } = parentSchema as { properties?: Readonly<Record<string, Described & { $ref?: string }>> };
  const property = properties?.[key];
  const target = property?.$ref === undefined ? property : (resolvePointer(property.$ref, property) as Described);
  return fragment((property?.description ?? target?.description)?.replace(/\. .*$/, ""));
}

/** What the schema says about the value that failed, with its first example. */
export function ownDescription({ parentSchema }: SchemaError): string | undefined {
  const { description, examples } = parentSchema as { description?: string; examples?: readonly unknown[] };
  const example = examples?.[0];
  const text = fragment(description);
  return typeof example === "string" ? `${text === undefined ? "" : `${text}, `}for example \`${example}\`` : text;
}

/** `from 0 to 5`, `of at least 0`, `above 0`. */
export function rangeOf({ parentSchema }: SchemaError): string {
  const { minimum, maximum, exclusiveMinimum } = parentSchema as Readonly<Record<string, number | undefined>>;
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum}`;
  if (minimum === undefined) return `of at most ${maximum}`;
  return maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
}

/** A sentence of a schema as help, which begins in lower case: `Name of…` → `name of…`, but not `IANA time zone`. */
function fragment(sentence: string | undefined): string | undefined {
  const text = sentence?.replace(/\.$/, "");
  return text === undefined || !/^[A-Z][a-z ]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
