import type { FactDefinition } from "../../conditions/fact-definitions.js";
import type { Report } from "../../diagnostics/report.js";
import type { Located } from "../../source/located.js";
import type { Catalog } from "../policy-set.js";

/**
 * What the readers of one policy set share. A reader returns undefined for what it cannot read, after reporting it; what
 * the schema found faulty was reported already, so readers pass over it in silence.
 */
export interface Reading {
  readonly report: Report;
  /** Values that the schema complained about. */
  readonly faulty: ReadonlySet<Located>;
}

/** What names of models and providers are held against. */
export interface CatalogReading extends Reading {
  readonly catalog: Catalog;
  /** False when the catalog could not be read: then no name is known to be wrong. */
  readonly knowsCatalog: boolean;
}

/** What conditions are read against. */
export interface ConditionReading extends CatalogReading {
  /** By name, the custom ones included. */
  readonly facts: ReadonlyMap<string, FactDefinition>;
  /** Whether a name may be a custom fact whose declaration could not be read: that was reported, and is no other mistake. */
  readonly mayBeFact: (name: string) => boolean;
}

/** What routes are read against. */
export interface RouteReading extends ConditionReading {
  /** Undefined when `pools:` could not be read. */
  readonly poolNames: ReadonlySet<string> | undefined;
}
