import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type DocumentKind, type SchemaNode, schemaOf } from "./document-schemas.js";

const validators = new Map<DocumentKind, ValidateFunction | undefined>();

/** What ajv says of a document: that it fits, or the first reason why not; undefined where ajv cannot run. */
export type SchemaVerdict = { readonly fits: true } | { readonly fits: false; readonly reason: string } | undefined;

/**
 * Validates a document by ajv. A validator is made when its kind is first asked for (about 0.1 s), and stops at the first
 * error: finding all is what ajv needs quadratic time for, and its errors know no places in YAML.
 *
 * Keys that should be facts are not judged: which there are is for the policy's `attributes` to say, not for the schema.
 *
 * @param value the plain value of the document.
 * @returns undefined where making code from strings is forbidden: ajv works by that.
 */
export function fitsSchema(kind: DocumentKind, value: unknown): SchemaVerdict {
  if (!validators.has(kind)) validators.set(kind, makeValidator(kind));
  const validate = validators.get(kind);
  if (validate === undefined) return undefined;
  if (validate(value) === true) return { fits: true };
  const [error] = validate.errors ?? [];
  return { fits: false, reason: `${error?.instancePath ?? ""} ${error?.message ?? "does not fit"}`.trim() };
}

function makeValidator(kind: DocumentKind): ValidateFunction | undefined {
  try {
    const ajv = new Ajv2020({ allErrors: false, strictRequired: false, allowUnionTypes: true });
    return ajv.compile(withOpenFacts(schemaOf(kind)));
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function withOpenFacts(schema: SchemaNode): SchemaNode {
  const entries = Object.entries(schema.$defs ?? {}).map(([name, node]): readonly [string, SchemaNode] => {
    return name === "condition" || name === "request" ? [name, { ...node, additionalProperties: {} }] : [name, node];
  });
  return { ...schema, $defs: Object.fromEntries(entries) };
}
