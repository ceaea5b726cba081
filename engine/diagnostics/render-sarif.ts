import type { SourceFile } from "../source/source-file.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import { diagnosticCodes } from "./diagnostic-codes.js";
import { regionOfSpan } from "./region-of-span.js";

export interface RenderSarifOptions {
  /** What stands before file names: the policy directory relative to the repository's root, with its `/`. Default none. */
  readonly prefix?: string;
  /** Of Routewright. */
  readonly version: string;
}

const levels = { error: "error", warning: "warning", info: "note" } as const;

/**
 * Findings as a SARIF 2.1.0 log (OASIS, 2020), as code scanners and editors read it: one run, one rule for each code that
 * occurs. Columns count UTF-16 units.
 */
export function renderSarif(
  diagnostics: readonly Diagnostic[],
  files: readonly SourceFile[],
  { prefix = "", version }: RenderSarifOptions,
): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const place = (span: Span) => ({
    physicalLocation: {
      artifactLocation: { uri: encodeURI(prefix + span.file) },
      region: regionOfSpan(files, span),
    },
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "routewright",
            semanticVersion: version,
            rules: codes.map((code) => ({
              id: code,
              shortDescription: { text: diagnosticCodes[code] },
              help: { text: `policy help ${code}` },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map(({ code, severity, message, help, span, related = [] }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: levels[severity],
          message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
          ...(span === undefined ? {} : { locations: [place(span)] }),
          ...(related.length === 0
            ? {}
            : {
                relatedLocations: related.map((other, id) => ({
                  id,
                  message: { text: other.note },
                  ...place(other.span),
                })),
              }),
        })),
      },
    ],
  };
}
