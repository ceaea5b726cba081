import { type DocumentKind, resolveSchema, type SchemaNode } from "./document-schemas.js";

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
export function wantedTypes(kind: DocumentKind, written: SchemaNode): readonly string[] {
  const { schema } = resolveSchema(kind, written);
  return schema.anyOf?.flatMap((branch) => wantedTypes(kind, branch)) ?? [schema.type ?? []].flat();
}

/** `a`, `a or b`, `a, b or c`. */
export function joinOr(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** What the schema says about a key of the map that failed, in its first sentence. */
export function descriptionOf(kind: DocumentKind, schema: SchemaNode, key: string): string | undefined {
  const property = schema.properties?.[key];
  if (property === undefined) return undefined;
  return fragment((property.description ?? resolveSchema(kind, property).schema.description)?.replace(/\. .*$/, ""));
}

/** What the schema says about the value that failed, with its first example. */
export function ownDescription({ description, examples }: SchemaNode): string | undefined {
  const example = examples?.[0];
  const text = fragment(description);
  return typeof example === "string" ? `${text === undefined ? "" : `${text}, `}for example \`${example}\`` : text;
}

/** `from 0 to 5`, `of at least 0`, `above 0`. */
export function rangeOf({ minimum, maximum, exclusiveMinimum }: SchemaNode): string {
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum}`;
  if (minimum === undefined) return `of at most ${maximum}`;
  return maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
}

/** A sentence of a schema as help, which begins in lower case: `Name of…` → `name of…`, but not `IANA time zone`. */
function fragment(sentence: string | undefined): string | undefined {
  const text = sentence?.replace(/\.$/, "");
  return text === undefined || !/^[A-Z][a-z ]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
