import { isObject } from "../../json/json.js";

/** Deeper than this an example has nothing, nor beyond so many values: a schema may refer to itself, many times over. */
const MAX_DEPTH = 8;
const MAX_VALUES = 1_000;

/** A value that fits the plain parts of a JSON schema: types, required properties, enums, references within it. */
export function exampleOfSchema(schema: unknown): unknown {
  return exampleOf(schema, { root: schema, left: MAX_VALUES }, 0);
}

interface Whole {
  readonly root: unknown;
  /** Values that the example may still have. */
  left: number;
}

function exampleOf(schema: unknown, whole: Whole, depth: number): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH || whole.left <= 0) return undefined;
  whole.left -= 1;
  const { type, properties, required, items, enum: values, anyOf, oneOf, $ref: reference } = schema;
  if (schema["const"] !== undefined) return schema["const"];
  if (Array.isArray(values) && values.length > 0) return values[0];
  const within = (inner: unknown) => exampleOf(inner, whole, depth + 1);
  if (typeof reference === "string") return within(findReference(reference, whole.root));
  const [choice] = [anyOf, oneOf].flatMap((choices) => (Array.isArray(choices) ? choices : []));
  if (choice !== undefined) return within(choice);
  switch (Array.isArray(type) ? type[0] : type) {
    case "object":
      return Object.fromEntries(
        (Array.isArray(required) ? required : []).map((name: unknown) => [
          String(name),
          within(isObject(properties) ? properties[String(name)] : undefined) ?? null,
        ]),
      );
    case "array":
      return [within(items)].filter((item) => item !== undefined);
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "simulated";
  }
}

/** @param reference a JSON pointer into the schema: `#/$defs/name`. */
function findReference(reference: string, root: unknown): unknown {
  const [, ...steps] = reference.split("/");
  return steps.reduce<unknown>((at, step) => (isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined), root);
}
