import type { Span } from "../../diagnostics/diagnostic.js";
import type { Report } from "../../diagnostics/report.js";
import { didYouMean } from "../../diagnostics/suggest.js";
import { describeValue, entryOf, type Located, type LocatedMap, shorten } from "../../source/located.js";
import { checkSchema } from "../../source/schema/check-schema.js";
import type { DocumentKind } from "../../source/schema/document-schemas.js";
import type { SourceFile } from "../../source/source-file.js";
import { parseYaml } from "../../source/syntax/parse-yaml.js";

const kinds: readonly DocumentKind[] = ["policy", "catalog", "test"];

/**
 * Reads one file: YAML, its kind, its schema. Values that the schema complains about are added to `faulty`.
 * @param includedAt the include that asks for it.
 * @returns the document's map; undefined when nothing of it can be used, which was reported then.
 */
export function readDocument(
  file: SourceFile,
  kind: DocumentKind,
  report: Report,
  faulty: Set<Located>,
  includedAt: Span | undefined,
): LocatedMap | undefined {
  const { root, diagnostics, refused } = parseYaml(file);
  report.add(diagnostics);
  for (const located of refused) faulty.add(located);
  if (root === undefined || (root.kind === "scalar" && root.value === null)) {
    if (diagnostics.length === 0) {
      const help = `begin it with \`kind: ${kind}\``;
      report.error("RW1102", { file: file.name, start: 0, end: 1 }, "the file is empty", help);
    }
    return undefined;
  }
  if (!hasKind(root, kind, report, includedAt)) return undefined;
  for (const { about, diagnostic, isLack } of checkSchema(kind, root)) {
    if (about === kindOf(root)) continue; // the kind has been judged
    // Of a map that lost an entry only the lack is no news; of a refused value everything.
    if (!refused.has(about) || (about.kind === "map" && !isLack)) report.add([diagnostic]);
    faulty.add(about);
  }
  return root.kind === "map" ? root : undefined;
}

/** A file of another kind is not read further; a misspelt kind is only reported. */
function hasKind(root: Located, kind: DocumentKind, report: Report, includedAt: Span | undefined): boolean {
  const node = kindOf(root);
  if (node === undefined || (node.kind === "scalar" && node.value === kind)) return true;
  const written = node.kind === "scalar" && node.value !== null ? String(node.value) : undefined;
  const other = kinds.find((each) => each === written);
  if (other === undefined) {
    const what = written === undefined ? describeValue(node) : `\`${shorten(written)}\``;
    const message = node.kind === "scalar" && node.value === null ? "`kind` is empty" : `${what} is not a kind`;
    const span = written === undefined && root.kind === "map" ? entryOf(root, "kind")?.keySpan : node.span;
    report.error("RW1008", span, message, didYouMean(written ?? "", kinds) ?? `write \`kind: ${kind}\``);
  } else if (includedAt === undefined) {
    const message = `a file of kind \`${other}\` stands where one of kind \`${kind}\` belongs`;
    report.error("RW1008", node.span, message, placeOf(other));
  } else {
    const related = { span: node.span, note: "its kind" };
    const message = `a file of kind \`${other}\` cannot be included, only one of kind \`${kind}\``;
    report.error("RW1008", includedAt, message, `take the include out: ${placeOf(other)}`, related);
  }
  return other === undefined;
}

function placeOf(kind: DocumentKind): string {
  if (kind === "catalog") return "the catalog is `catalog.yaml`, beside `policy.yaml`";
  return kind === "test" ? "tests stand in `tests/`" : "policies are `policy.yaml` and the files it includes";
}

function kindOf(root: Located): Located | undefined {
  return root.kind === "map" ? entryOf(root, "kind")?.value : undefined;
}
