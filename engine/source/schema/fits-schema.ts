import type { DocumentKind } from "./document-schemas.js";
import { catalog, policy, test } from "./generated-validators.js";

/** What ajv says of a document: that it fits, or the first reason why not. */
export type SchemaVerdict = { readonly fits: true } | { readonly fits: false; readonly reason: string };

/** What ajv makes of a schema. */
interface Validator {
  (value: unknown): boolean;
  /** What the last document is refused for. */
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

const validators: Readonly<Record<DocumentKind, Validator>> = { policy, catalog, test };

/**
 * Validates a document by what ajv has made of its schema, which stops at the first error.
 *
 * Keys that should be facts are not judged: which there are is for the policy's `attributes` to say, not for the schema.
 *
 * @param value the plain value of the document.
 */
export function fitsSchema(kind: DocumentKind, value: unknown): SchemaVerdict {
  const validate = validators[kind];
  if (validate(value)) return { fits: true };
  const [error] = validate.errors ?? [];
  return { fits: false, reason: `${error?.instancePath ?? ""} ${error?.message ?? "does not fit"}`.trim() };
}
