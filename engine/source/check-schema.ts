import type { PendingDiagnostic } from "../diagnostics/report.js";
import { nearestNames } from "../diagnostics/suggest.js";
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
import { entryOf, type Located, type LocatedEntry, plainValue } from "./located.js";

/** A fault that the JSON Schema found, with the values from the root down to the one it is about. */
export interface SchemaFinding {
  readonly path: readonly Located[];
  readonly diagnostic: PendingDiagnostic;
  /** It says that something is missing. */
  readonly isLack: boolean;
}

/** Definitions that are one kind of value however many forms it has: their faults are told as one. */
const wholeValues = new Set(["tokens", "positiveTokens", "duration"]);
/** The same, but for a mapping, which has keys to judge. */
const shortForms = new Set(["tokensCondition", "usdCondition", "millisecondsCondition", "ratioCondition", "source"]);

/** Validates a document against its schema; every mistake gives one finding, placed in the YAML. */
export function checkSchema(kind: DocumentKind, root: Located): readonly SchemaFinding[] {
  return findFaults(kind, schemaOf(kind), { path: [root], entry: undefined, holder: undefined }, plainValue(root));
}

function findFaults(kind: DocumentKind, pointer: string, from: Place, value: unknown): readonly SchemaFinding[] {
  const validate = schemaValidator(pointer);
  if (validate(value)) return [];
  const errors = withoutCascades((validate.errors ?? []) as SchemaError[]);
  return errors.flatMap((error): readonly SchemaFinding[] => {
    const place = follow(from, error.instancePath);
    const node = place.path.at(-1) as Located;
    if (error.keyword === "anyOf" && !isToldAsOne(definitionOf(error) ?? "", node)) {
      const branch = bestBranch(kind, error.schema as readonly SchemaNode[], node);
      if (branch !== undefined) {
        const branchPointer = `${pointerOf(error.parentSchema)}/anyOf/${branch}`;
        return findFaults(kind, branchPointer, place, error.data);
      }
    }
    return describeSchemaError({ ...place, error, definition: definitionOf(error), node }).map(
      ({ diagnostic, about, isLack }) => ({
        path: about === undefined ? place.path : [...place.path, about],
        diagnostic,
        isLack,
      }),
    );
  });
}

function isToldAsOne(definition: string, node: Located): boolean {
  return wholeValues.has(definition) || (shortForms.has(definition) && node.kind !== "map");
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
  const pathsOf = (wanted: string) =>
    new Set(errors.filter(({ keyword }) => keyword === wanted).map(({ instancePath }) => instancePath));
  const choices = pathsOf("anyOf");
  const types = pathsOf("type");
  return errors.filter((error) => {
    if (isTried(error)) return false;
    const { instancePath, keyword } = error;
    if (keyword !== "anyOf" && choices.has(instancePath)) return false;
    // What is of the wrong type is no value of the list either.
    if (keyword === "enum" && types.has(instancePath)) return false;
    if (choices.size === 0) return true;
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

/**
 * The branch for a value's type. Of several for a mapping, the one whose keys the mapping has, those it must have
 * counting twice and misspelt ones half; of equal ones the one with fewer keys, which says more about the value.
 */
function bestBranch(kind: DocumentKind, branches: readonly SchemaNode[], node: Located): number | undefined {
  let best: { readonly index: number; readonly score: number; readonly size: number } | undefined;
  for (const [index, branch] of branches.entries()) {
    const schema = resolveReference(kind, branch);
    if (!([schema["type"]].flat() as unknown[]).some((type) => isOfType(node, type))) continue;
    const known = Object.keys((schema["properties"] as object | undefined) ?? {});
    const required = (schema["required"] as readonly string[] | undefined) ?? [];
    const score = (node.kind === "map" ? node.entries : []).reduce((sum, { key }) => {
      if (known.includes(key)) return sum + (required.includes(key) ? 2 : 1);
      return sum + (nearestNames(key, required).length > 0 ? 1 : nearestNames(key, known).length > 0 ? 0.5 : 0);
    }, 0);
    const isMoreSpecific = best !== undefined && score === best.score && score > 0 && known.length < best.size;
    if (best === undefined || score > best.score || isMoreSpecific) {
      best = { index, score, size: known.length };
    }
  }
  return best?.index;
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

/** A value with what is around it. */
interface Place {
  /** From the root down to the value. */
  readonly path: readonly Located[];
  /** The entry that holds the value; undefined for the root and for items of lists. */
  readonly entry: LocatedEntry | undefined;
  /** The nearest entry around the value. */
  readonly holder: LocatedEntry | undefined;
}

/** Walks a JSON pointer down the located values. */
function follow(start: Place, instancePath: string): Place {
  const path = [...start.path];
  let { entry, holder } = start;
  for (const step of instancePath.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const node = path.at(-1) as Located;
    if (node.kind === "map") {
      entry = entryOf(node, key);
      holder = entry;
      path.push((entry as LocatedEntry).value);
    } else if (node.kind === "list") {
      entry = undefined;
      path.push(node.items[Number(key)] as Located);
    }
  }
  return { path, entry, holder };
}
