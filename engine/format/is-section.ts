import type { Located } from "../source/located.js";

/** Sections of a document that are always written out: each entry, and each rule and test, begins on its own line. */
const sections = new Set(["rules", "tests", "attributes", "pools", "providers", "models", "default"]);
/** Those whose named entries are written out too; of models, also the list of endpoints. */
const sectionsOfEntries = new Set(["providers", "models"]);

/** @param path the keys from the root to the value; list items have the path of their list. */
export function isSection(node: Located, path: readonly string[]): boolean {
  const [section = ""] = path;
  if (section === "models" && path.length === 3 && path[2] === "endpoints") return node.kind === "list";
  return path.length === 1 ? sections.has(section) : path.length === 2 && sectionsOfEntries.has(section);
}
