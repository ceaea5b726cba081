import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { describeSchemaError } from "./describe-schema-error.js";
import {
  type DocumentKind,
  pointerOf,
  resolveReference,
  type SchemaError,
  type SchemaNode,
  schemaOf,
  schemaValidator,
} from "./document-schemas.js";
import { type Located, type LocatedEntry, plainValue } from "./located.js";

/** A fault that the JSON Schema found, with the values from the root down to the one it is about. */
export interface SchemaFinding {
  readonly path: readonly Located[];
  readonly diagnostic: Diagnostic;
}

/** Definitions that are one kind of value however many forms it has: their faults are told as one. */
const wholeValues = new Set(["tokens", "positiveTokens", "duration"]);

/** Validates a document against its schema; every mistake gives one finding, placed in the YAML. */
export function checkSchema(kind: DocumentKind, root: Located): readonly SchemaFinding[] {
  return findFaults(kind, schemaOf(kind), [root], undefined, plainValue(root));
}

function findFaults(
  kind: DocumentKind,
  pointer: string,
  path: readonly Located[],
  entry: LocatedEntry | undefined,
  value: unknown,
): readonly SchemaFinding[] {
  const validate = schemaValidator(pointer);
  if (validate(value)) return [];
  const errors = withoutCascades((validate.errors ?? []) as SchemaError[]);
  return errors.flatMap((error): readonly SchemaFinding[] => {
    const place = follow(path, entry, error.instancePath);
    const node = place.path.at(-1) as Located;
    if (error.keyword === "anyOf" && !wholeValues.has(definitionOf(error) ?? "")) {
      const branch = bestBranch(kind, error.schema as readonly SchemaNode[], node);
      if (branch !== undefined) {
        const branchPointer = `${pointerOf(error.parentSchema)}/anyOf/${branch}`;
        return findFaults(kind, branchPointer, place.path, place.entry, error.data);
      }
    }
    return describeSchemaError({ error, definition: definitionOf(error), node, entry: place.entry }).map(
      ({ diagnostic, about }) => ({ path: about === undefined ? place.path : [...place.path, about], diagnostic }),
    );
  });
}

/** The name under `$defs` of the schema that failed, when it is a definition as a whole. */
function definitionOf({ parentSchema }: SchemaError): string | undefined {
  return /#\/\$defs\/(\w+)$/.exec(pointerOf(parentSchema) ?? "")?.[1];
}

/**
 * Leaves out what only follows from another error: everything below a failed `anyOf` (its best branch is validated on
 * its own), what `oneOf` tried, and a missing key where an unknown one is its misspelling.
 */
function withoutCascades(errors: readonly SchemaError[]): readonly SchemaError[] {
  const choices = new Set(errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath));
  if (choices.size === 0) return errors.filter((error) => !isTried(error));
  return errors.filter((error) => {
    if (isTried(error)) return false;
    const { instancePath, keyword } = error;
    if (keyword !== "anyOf" && choices.has(instancePath)) return false;
    for (let at = instancePath.lastIndexOf("/"); at >= 0; at = instancePath.lastIndexOf("/", at - 1)) {
      if (choices.has(instancePath.slice(0, at))) return false;
      if (at === 0) break;
    }
    return true;
  });
}

function isTried({ schemaPath, propertyName, keyword }: SchemaError): boolean {
  return /\/oneOf\/\d/.test(schemaPath) || (propertyName !== undefined && keyword !== "propertyNames");
}

/** The branch for a value's type; of several for a mapping, the one that knows most of its keys. */
function bestBranch(kind: DocumentKind, branches: readonly SchemaNode[], node: Located): number | undefined {
  let best: number | undefined;
  let bestScore = -1;
  for (const [index, branch] of branches.entries()) {
    const schema = resolveReference(kind, branch);
    if (!([schema["type"]].flat() as unknown[]).some((type) => isOfType(node, type))) continue;
    const known = schema["properties"] as object | undefined;
    const score =
      node.kind === "map" && known !== undefined
        ? node.entries.filter(({ key }) => Object.hasOwn(known, key)).length
        : 0;
    if (score > bestScore) {
      best = index;
      bestScore = score;
    }
  }
  return best;
}

function isOfType(node: Located, type: unknown): boolean {
  switch (type) {
    case "object":
      return node.kind === "map";
    case "array":
      return node.kind === "list";
    case "integer":
      return node.kind === "scalar" && typeof node.value === "number";
    default:
      return node.kind === "scalar" && typeof node.value === type;
  }
}

/** Walks a JSON pointer down the located values. */
function follow(
  start: readonly Located[],
  startEntry: LocatedEntry | undefined,
  instancePath: string,
): { readonly path: readonly Located[]; readonly entry: LocatedEntry | undefined } {
  const path = [...start];
  let entry = startEntry;
  for (const step of instancePath.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const node = path.at(-1) as Located;
    if (node.kind === "map") {
      entry = node.entries.find((candidate) => candidate.key === key);
      path.push((entry as LocatedEntry).value);
    } else if (node.kind === "list") {
      entry = undefined;
      path.push(node.items[Number(key)] as Located);
    }
  }
  return { path, entry };
}
