import { nearestNames } from "../../diagnostics/suggest.js";
import type { Located } from "../located.js";
import { type DocumentKind, resolveSchema, type SchemaNode } from "./document-schemas.js";

/**
 * The branch of an `anyOf` that a value is judged by: the one of its type. Of several for a mapping, the one whose keys
 * the mapping has, those it must have counting twice and misspelt ones half; of equal ones the one with fewer keys,
 * which says more about the value. Our schemas have no two branches that both fit one value.
 * @returns undefined when no branch is of the value's type.
 */
export function chooseBranch(
  kind: DocumentKind,
  branches: readonly SchemaNode[],
  node: Located,
): SchemaNode | undefined {
  let best: { readonly branch: SchemaNode; readonly score: number; readonly size: number } | undefined;
  const fitting = branches.filter((branch) => isOfType(node, resolveSchema(kind, branch).schema.type ?? []));
  if (fitting.length < 2) return fitting[0];
  for (const branch of fitting) {
    const { properties = {}, required = [] } = resolveSchema(kind, branch).schema;
    const known = Object.keys(properties);
    const score = scoreOf(node, known, required);
    const isMoreSpecific = best !== undefined && score === best.score && score > 0 && known.length < best.size;
    if (best === undefined || score > best.score || isMoreSpecific) best = { branch, score, size: known.length };
  }
  return best?.branch;
}

function scoreOf(node: Located, known: readonly string[], required: readonly string[]): number {
  if (node.kind !== "map") return 0;
  // A mapping with thousands of keys is judged by the first.
  return node.entries.slice(0, 50).reduce((sum, { key }) => {
    if (known.includes(key)) return sum + (required.includes(key) ? 2 : 1);
    return sum + (nearestNames(key, required).length > 0 ? 1 : nearestNames(key, known).length > 0 ? 0.5 : 0);
  }, 0);
}

/** Whether a value is of a type of JSON Schema, or of one of several. */
export function isOfType(node: Located, type: string | readonly string[]): boolean {
  return typeof type === "string" ? isOf(node, type) : type.some((each) => isOf(node, each));
}

function isOf(node: Located, type: string): boolean {
  if (node.kind === "map") return type === "object";
  if (node.kind === "list") return type === "array";
  if (node.value === null) return false;
  return type === "integer" ? Number.isInteger(node.value) : typeof node.value === type;
}
