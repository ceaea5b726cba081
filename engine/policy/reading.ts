import type { FactDefinition } from "../conditions/fact-definitions.js";
import type { Report } from "../diagnostics/report.js";
import type { Located } from "../source/located.js";
import type { Catalog } from "./policy-set.js";

/**
 * What the readers of one policy set share. A reader returns undefined for what it cannot read, after reporting it; what
 * the schema found faulty was reported already, so readers pass over it in silence.
 */
export interface Reading {
  readonly report: Report;
  /** Values that the schema complained about. */
  readonly faulty: ReadonlySet<Located>;
}

/** What conditions are read against. */
export interface ConditionReading extends Reading {
  /** By name, the custom ones included. */
  readonly facts: ReadonlyMap<string, FactDefinition>;
  /** Its models give names their full form. */
  readonly catalog: Catalog;
}

/** What routes are read against. */
export interface RouteReading extends ConditionReading {
  readonly poolNames: ReadonlySet<string>;
}
