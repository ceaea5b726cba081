import { catalogSchema, policySchema, testSchema } from "./generated-schemas.js";

export type DocumentKind = "policy" | "catalog" | "test";

/** The part of JSON Schema 2020-12 that our schemas use. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  /** Only of branches that each require one key. */
  readonly oneOf?: readonly SchemaNode[];
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: SchemaNode;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly propertyNames?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: false | SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** A schema in which every `$ref` was followed, with the name of the definition it is, if it is one. */
export interface ResolvedSchema {
  readonly schema: SchemaNode;
  readonly definition: string | undefined;
}

const schemas: Readonly<Record<DocumentKind, SchemaNode>> = {
  policy: policySchema,
  catalog: catalogSchema,
  test: testSchema,
};

export function schemaOf(kind: DocumentKind): SchemaNode {
  return schemas[kind];
}

/** Follows a `$ref`; what stands beside it (a description) is for editors. */
export function resolveSchema(kind: DocumentKind, node: SchemaNode): ResolvedSchema {
  let schema = node;
  let definition: string | undefined;
  while (schema.$ref !== undefined) {
    definition = schema.$ref.slice("#/$defs/".length);
    const target = schemas[kind].$defs?.[definition];
    if (target === undefined) throw new Error(`invariant: the ${kind} schema has no definition ${definition}`);
    schema = target;
  }
  return { schema, definition };
}

/** Keys that some map needs; the two that the root of a set needs are no matter of the schema. */
let requiredKeys: ReadonlySet<string> | undefined;

/** Whether some map needs a key of this name: then nobody is advised to leave it out. */
export function isRequiredKey(key: string): boolean {
  requiredKeys ??= new Set(["name", "default", ...Object.values(schemas).flatMap(requiredIn)]);
  return requiredKeys.has(key);
}

function requiredIn(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const { oneOf, required, ...rest } = node as SchemaNode;
  return [...(Array.isArray(required) ? required : []), ...Object.values(rest).flatMap(requiredIn)];
}
