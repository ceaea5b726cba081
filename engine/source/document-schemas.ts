import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { catalogSchema, policySchema, testSchema } from "./generated-schemas.js";

export type DocumentKind = "policy" | "catalog" | "test";
export type SchemaNode = Readonly<Record<string, unknown>>;
export type SchemaError = ErrorObject<string, Record<string, unknown>>;

const schemas: Readonly<Record<DocumentKind, SchemaNode>> = {
  policy: policySchema as SchemaNode,
  catalog: catalogSchema as SchemaNode,
  test: testSchema as SchemaNode,
};

let compiler: Ajv2020 | undefined;
const pointers = new Map<unknown, string>();
/** The two that the root of a set needs are no matter of the schema, since included files do not have them. */
const requiredKeys = new Set(["name", "default"]);

/** The validator of a document, or of the part of its schema that a pointer (`urn:…#/$defs/…`) leads to. */
export function schemaValidator(pointer: string): ValidateFunction {
  const validate = ajv().getSchema(pointer);
  if (validate === undefined) throw new Error(`no schema at ${pointer}`);
  return validate;
}

/** The pointer of a whole document's schema. */
export function schemaOf(kind: DocumentKind): string {
  return schemas[kind]["$id"] as string;
}

/** Where a node stands in its schema: `urn:…#/$defs/tokens`. Nodes are compared by identity; ajv hands them out so. */
export function pointerOf(node: unknown): string | undefined {
  ajv();
  return pointers.get(node);
}

/** A node with its `$ref` followed. */
export function resolveReference(kind: DocumentKind, node: SchemaNode): SchemaNode {
  const reference = node["$ref"];
  if (typeof reference !== "string") return node;
  const definitions = schemas[kind]["$defs"] as Readonly<Record<string, SchemaNode>>;
  return resolveReference(kind, definitions[reference.slice("#/$defs/".length)] ?? {});
}

/** What a `$ref` leads to, from a node of the same document. */
export function resolvePointer(reference: string, from: unknown): unknown {
  const kind = (Object.keys(schemas) as DocumentKind[]).find((each) =>
    pointerOf(from)?.startsWith(`${schemaOf(each)}#`),
  );
  return kind === undefined ? {} : resolveReference(kind, { $ref: reference });
}

/** Whether some map needs a key of this name: then nobody is advised to leave it out. */
export function isRequiredKey(key: string): boolean {
  ajv();
  return requiredKeys.has(key);
}

/** Compiling costs about 0.1 s, so it waits until the first file is checked. */
function ajv(): Ajv2020 {
  if (compiler === undefined) {
    compiler = new Ajv2020({ allErrors: true, verbose: true, strictRequired: false, allowUnionTypes: true });
    for (const schema of Object.values(schemas)) {
      compiler.addSchema(schema);
      notePointers(schema, `${schema["$id"]}#`);
    }
  }
  return compiler;
}

function notePointers(node: unknown, pointer: string): void {
  if (typeof node !== "object" || node === null) return;
  pointers.set(node, pointer);
  const { required } = node as { required?: unknown };
  if (Array.isArray(required) && !pointer.includes("/oneOf/")) for (const key of required) requiredKeys.add(key);
  for (const [key, value] of Object.entries(node)) {
    notePointers(value, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}
