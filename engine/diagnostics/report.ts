import { writeCount, writeCounted } from "../units/write-figures.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";

type Related = NonNullable<Diagnostic["related"]>[number];

/** What to do; as a function when it takes work to find out, which is done only for findings that are shown. */
export type Help = string | undefined | (() => string | undefined);

/** A finding whose help may not be worked out yet. */
export type PendingDiagnostic = Omit<Diagnostic, "help"> & { readonly help?: Help };

/** A finding of which, where it takes work to say more, only what and where is known until it is shown. */
export type Finding =
  | PendingDiagnostic
  | (Pick<Diagnostic, "code" | "severity" | "span"> & { readonly describe: () => Description });

/** What a finding says beside what and where it is. */
export type Description = Pick<Diagnostic, "message" | "related" | "help">;

/** Collects the findings of one run. */
export class Report {
  readonly #diagnostics: Finding[] = [];
  #hasErrors = false;

  get hasErrors(): boolean {
    return this.#hasErrors;
  }

  /** Findings so far. */
  get count(): number {
    return this.#diagnostics.length;
  }

  error(code: DiagnosticCode, span: Span | undefined, message: string, help?: Help, related?: Related): void {
    this.add([
      {
        code,
        severity: "error",
        message,
        ...(span === undefined ? {} : { span }),
        ...(help === undefined ? {} : { help }),
        ...(related === undefined ? {} : { related: [related] }),
      },
    ]);
  }

  warning(code: DiagnosticCode, span: Span, message: string, help: string): void {
    this.add([{ code, severity: "warning", message, span, help }]);
  }

  add(diagnostics: Iterable<Finding>): void {
    for (const diagnostic of diagnostics) {
      this.#diagnostics.push(diagnostic);
      if (diagnostic.severity === "error") this.#hasErrors = true;
    }
  }

  /**
   * By file name and place, those without a place first; at most `limit`, of which a last one says how many more there
   * are of each code. Errors are never cut off in favour of warnings.
   */
  sorted(limit: number): readonly Diagnostic[] {
    const all = this.#diagnostics.toSorted(compare);
    if (all.length <= limit) return all.map(described);
    const errors = all.filter(({ severity }) => severity === "error");
    const others = all.filter(({ severity }) => severity !== "error");
    const shown = [...errors, ...others].slice(0, limit - 1).sort(compare);
    const isShown = new Set(shown);
    const hidden = all.filter((finding) => !isShown.has(finding));
    const more = hidden.length;
    const message = `${writeCounted(more, "more finding")} ${more === 1 ? "is" : "are"} not shown`;
    const severity = errors.length > 0 ? "error" : "warning";
    return [
      ...shown.map(described),
      { code: "RW1004", severity, message, help: `${countByCode(hidden)}; mend the ones above, then check again` },
    ];
  }
}

/** `180 of RW2202, 1 of RW2001`: the most first. */
function countByCode(findings: readonly Finding[]): string {
  const counts = new Map<DiagnosticCode, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return sorted.map(([code, count]) => `${writeCount(count)} of ${code}`).join(", ");
}

function described(finding: Finding): Diagnostic {
  if ("describe" in finding) {
    const { describe, ...place } = finding;
    return { ...place, ...describe() };
  }
  const { help, ...diagnostic } = finding;
  const text = typeof help === "function" ? help() : help;
  return text === undefined ? diagnostic : { ...diagnostic, help: text };
}

function compare(a: Finding, b: Finding): number {
  if (a.span === undefined || b.span === undefined) return Number(b.span === undefined) - Number(a.span === undefined);
  if (a.span.file !== b.span.file) return a.span.file < b.span.file ? -1 : 1;
  return a.span.start - b.span.start;
}
