import type { Box } from "../space/box.js";

/** One rule of a list of which the first that acts counts; the last acts always. */
export interface ListedRule {
  /** `rule code`, `the default route`. */
  readonly name: string;
  readonly ruleNumber: number;
  /** What it does. */
  readonly meaning: string;
  /** When it acts: rules of the same text act on the same requests. */
  readonly when: string;
  /** When and what: rules of the same key in two lists are one rule. */
  readonly key: string;
  /** Whether the next rule that acts is asked after it. */
  readonly goesOn: boolean;
  /** Undefined when that takes too many boxes. */
  readonly acts: readonly Box[] | undefined;
}
