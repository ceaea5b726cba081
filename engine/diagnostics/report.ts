import type { Diagnostic, Span } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";

type Related = NonNullable<Diagnostic["related"]>[number];

/** Collects the findings of one run. */
export class Report {
  readonly #diagnostics: Diagnostic[] = [];

  get hasErrors(): boolean {
    return this.#diagnostics.some(({ severity }) => severity === "error");
  }

  error(code: DiagnosticCode, span: Span | undefined, message: string, help?: string, related?: Related): void {
    this.#add("error", code, span, message, help, related);
  }

  warning(code: DiagnosticCode, span: Span | undefined, message: string, help?: string): void {
    this.#add("warning", code, span, message, help, undefined);
  }

  add(diagnostics: Iterable<Diagnostic>): void {
    for (const diagnostic of diagnostics) this.#diagnostics.push(diagnostic);
  }

  /**
   * By file name and place, those without a place first; at most `limit`, of which a last one says how many more there
   * are. Errors are never cut off in favour of warnings.
   */
  sorted(limit: number): readonly Diagnostic[] {
    const all = this.#diagnostics.toSorted(compare);
    if (all.length <= limit) return all;
    const errors = all.filter(({ severity }) => severity === "error");
    const shown = (errors.length > 0 ? errors : all).slice(0, limit - 1);
    const message = `${all.length - shown.length} more findings are not shown`;
    const severity = errors.length > 0 ? "error" : "warning";
    return [...shown, { code: "RW1004", severity, message, help: "mend the ones above, then check again" }];
  }

  #add(
    severity: Diagnostic["severity"],
    code: DiagnosticCode,
    span: Span | undefined,
    message: string,
    help: string | undefined,
    related: Related | undefined,
  ): void {
    this.#diagnostics.push({
      code,
      severity,
      message,
      ...(span === undefined ? {} : { span }),
      ...(help === undefined ? {} : { help }),
      ...(related === undefined ? {} : { related: [related] }),
    });
  }
}

function compare(a: Diagnostic, b: Diagnostic): number {
  if (a.span === undefined || b.span === undefined) return Number(b.span === undefined) - Number(a.span === undefined);
  if (a.span.file !== b.span.file) return a.span.file < b.span.file ? -1 : 1;
  return a.span.start - b.span.start;
}
