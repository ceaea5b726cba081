import { entryOf, type Located, type LocatedEntry, type LocatedMap, plainValue } from "../source/located.js";
import { canonicalScalar, type Role, roleOf } from "./canonical-scalar.js";

/** A document with every scalar in its one form: `200000` tokens are `200k`, tags are lower-case. Places stay. */
export function canonicalize(root: Located, setAttributes: ReadonlySet<string>): Located {
  const visit = (node: Located, role: Role, path: readonly string[]): Located => {
    switch (node.kind) {
      case "scalar":
        return canonicalScalar(node, role);
      case "list":
        return { ...node, items: node.items.map((item) => visit(item, role, path)) };
      case "map":
        return { ...node, entries: node.entries.map((entry) => visitEntry(entry, role, path)) };
    }
  };
  const visitEntry = (entry: LocatedEntry, role: Role, path: readonly string[]): LocatedEntry => {
    const { key, value } = entry;
    const isSetDefinition = value.kind === "map" && entryOf(value, "type")?.value.kind === "scalar" && isSet(value);
    return { ...entry, value: visit(value, roleOf(role, path, key, isSetDefinition, setAttributes), [...path, key]) };
  };
  return visit(root, "plain", []);
}

/** The custom facts of a root document that are sets, as conditions name them: `attributes.NAME`. */
export function setAttributesOf(root: Located): ReadonlySet<string> {
  const attributes = root.kind === "map" ? entryOf(root, "attributes")?.value : undefined;
  if (attributes?.kind !== "map") return new Set();
  const sets = attributes.entries.filter(({ value }) => value.kind === "map" && isSet(value));
  return new Set(sets.map(({ key }) => `attributes.${key}`));
}

function isSet(definition: LocatedMap): boolean {
  const type = entryOf(definition, "type")?.value;
  return type !== undefined && plainValue(type) === "set";
}
