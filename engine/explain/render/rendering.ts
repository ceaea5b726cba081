import type { DecisionRecord } from "../decision-record.js";

/** What each section of an explanation is rendered from. */
export interface Rendering {
  readonly record: DecisionRecord;
  /** Whether ANSI colours are written. */
  readonly color: boolean;
  /** Whether every rule above is shown. */
  readonly all: boolean;
  /** A condition as it is shown. */
  readonly words: (condition: string) => string;
  /** Columns of a line. */
  readonly width: number;
}
