import type { Report } from "../diagnostics/report.js";
import { didYouMean } from "../diagnostics/suggest.js";
import { checkSchema } from "../source/check-schema.js";
import type { DocumentKind } from "../source/document-schemas.js";
import { entryOf, type Located, type LocatedMap, shorten } from "../source/located.js";
import { parseYaml } from "../source/parse-yaml.js";
import type { SourceFile } from "../source/source-file.js";

const kinds: readonly DocumentKind[] = ["policy", "catalog", "test"];

/**
 * Reads one file: YAML, its kind, its schema. Values that the schema complains about are added to `faulty`.
 * @returns the document's map; undefined when nothing of it can be used, which was reported then.
 */
export function readDocument(
  file: SourceFile,
  kind: DocumentKind,
  report: Report,
  faulty: Set<Located>,
): LocatedMap | undefined {
  const { root, diagnostics } = parseYaml(file);
  report.add(diagnostics);
  if (root === undefined) {
    if (diagnostics.length === 0) {
      const help = `begin it with \`kind: ${kind}\``;
      report.error("RW1102", { file: file.name, start: 0, end: 1 }, "the file is empty", help);
    }
    return undefined;
  }
  if (!hasKind(root, kind, report)) return undefined;
  for (const { path, diagnostic } of checkSchema(kind, root)) {
    const about = path.at(-1);
    if (about !== undefined) faulty.add(about);
    if (about === undefined || about !== kindOf(root)) report.add([diagnostic]);
  }
  return root.kind === "map" ? root : undefined;
}

/** A file of another kind is not read further; a misspelt kind is only reported. */
function hasKind(root: Located, kind: DocumentKind, report: Report): boolean {
  const node = kindOf(root);
  if (node?.kind !== "scalar" || node.value === kind) return true;
  const written = String(node.value);
  const isOther = kinds.some((other) => other === written);
  report.error(
    "RW1008",
    node.span,
    isOther
      ? `a file of kind \`${written}\` stands where one of kind \`${kind}\` belongs`
      : `\`${shorten(written)}\` is not a kind`,
    isOther ? placeOf(written as DocumentKind) : (didYouMean(written, kinds) ?? `write \`kind: ${kind}\``),
  );
  return !isOther;
}

function placeOf(kind: DocumentKind): string {
  if (kind === "catalog") return "the catalog is `catalog.yaml`, beside `policy.yaml`";
  return kind === "test" ? "tests stand in `tests/`" : "policies are `policy.yaml` and the files it includes";
}

function kindOf(root: Located): Located | undefined {
  return root.kind === "map" ? entryOf(root, "kind")?.value : undefined;
}
