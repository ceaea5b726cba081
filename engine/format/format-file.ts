import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { ROOT } from "../policy/root-files.js";
import { type Located, plainValue } from "../source/located.js";
import type { SourceFile } from "../source/source-file.js";
import { parseYaml } from "../source/syntax/parse-yaml.js";
import { canonicalize, setAttributesOf } from "./canonicalize.js";
import { printDocument } from "./print-document.js";
import { scanComments } from "./scan-comments.js";

export type FormattedFile =
  | { readonly text: string }
  /** Why the file is left as it is: it does not parse, or formatting it would change what it says. */
  | { readonly refused: readonly Diagnostic[] | string };

/**
 * One policy file in the canonical form (docs/cli.md, "policy fmt"). Formatting it again changes nothing. The result
 * is read back and held against the source: same values, same comments, or it is refused.
 *
 * @param setAttributes custom facts that are sets ({@link setAttributesIn}); their values are tags.
 */
export function formatFile(file: SourceFile, setAttributes: ReadonlySet<string> = new Set()): FormattedFile {
  const source = { name: file.name, text: file.text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n") };
  const { root, diagnostics } = parseYaml(source);
  if (diagnostics.length > 0) return { refused: diagnostics };
  if (root === undefined) return { text: source.text.trim() === "" ? "" : `${source.text.trim()}\n` };
  const canonical = canonicalize(root, setAttributes);
  const comments = scanComments(source);
  const text = printDocument(canonical, source, comments);
  const printed = { name: file.name, text };
  const again = parseYaml(printed).root;
  if (again === undefined || JSON.stringify(meaningOf(again)) !== JSON.stringify(meaningOf(canonical))) {
    return { refused: "the formatted text would not say the same" };
  }
  const texts = comments.map((comment) => comment.text);
  if (JSON.stringify(scanComments(printed).map((comment) => comment.text)) !== JSON.stringify(texts)) {
    return { refused: "a comment would be lost" };
  }
  return { text };
}

/** The custom facts of a set that are sets, read from its root file; none when that does not parse. */
export function setAttributesIn(files: readonly SourceFile[]): ReadonlySet<string> {
  const file = files.find(({ name }) => name === ROOT);
  const root = file === undefined ? undefined : parseYaml(file).root;
  return root === undefined ? new Set() : setAttributesOf(root);
}

/** What a document says: numbers by their text, since money is read from it. */
function meaningOf(node: Located): unknown {
  switch (node.kind) {
    case "scalar":
      return typeof node.value === "number" ? { number: node.source } : plainValue(node);
    case "list":
      return node.items.map(meaningOf);
    case "map":
      return { map: node.entries.map(({ key, value }) => [key, meaningOf(value)]) };
  }
}
