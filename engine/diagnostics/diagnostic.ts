import type { DiagnosticCode } from "./diagnostic-codes.js";

/** A stretch of one source file. Offsets count UTF-16 units, 0-based, end exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A finding about a policy set, for the operator. User mistakes are values: collected, sorted by position, never thrown. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning" | "info";
  /** One lower-case fragment; what the user wrote stands in backticks. */
  readonly message: string;
  /** Where. Absent only when there is no file to point into (a missing `policy.yaml`). */
  readonly span?: Span;
  /** What to do, one lower-case fragment. */
  readonly help?: string;
  /** Other places that matter (the first use of a duplicate id), each with a short note. */
  readonly related?: readonly { readonly span: Span; readonly note: string }[];
}
