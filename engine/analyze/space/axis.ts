import type { GlobPredicate, LogicPredicate, PrefixPredicate, TimePredicate } from "../../conditions/condition.js";
import type { FactDefinition } from "../../conditions/fact-definitions.js";
import type { Facts } from "../../evaluate/facts.js";
import type { NumberAtom } from "./number-atoms.js";
import type { StringAtom } from "./string-atoms.js";
import type { TimeAtom } from "./time-atoms.js";

/**
 * One thing about a request that conditions can ask, cut into atoms: stretches of values that no condition at hand tells
 * apart. A request has one atom of each axis.
 */
export type Axis = FactAxis | TagAxis | OpaqueAxis;

/** A fact; of a set, whether it is there. */
export interface FactAxis {
  readonly kind: "fact";
  readonly definition: FactDefinition;
  readonly atoms: readonly FactAtom[];
  /** The patterns that tell its texts apart beside the constants. */
  readonly patterns: readonly (GlobPredicate | PrefixPredicate)[];
  /** The windows that tell its instants apart. */
  readonly windows: readonly TimePredicate[];
}

/** Whether a set holds one tag: atom 0 it does not, atom 1 it does. Where the set is absent it says nothing. */
export interface TagAxis {
  readonly kind: "tag";
  readonly fact: string;
  readonly tag: string;
}

/**
 * A leaf whose relation to the others is not known: atom 0 it is false, atom 1 it is true. Where it is unknown the axis
 * says nothing. Taken as independent, so what is proved holds, and what is found must be tried on a real request.
 */
export interface OpaqueAxis {
  readonly kind: "opaque";
  readonly predicate: LogicPredicate | GlobPredicate | PrefixPredicate;
  /** Defaults of the attributes it reads. */
  readonly defaults: Facts;
}

export type FactAtom =
  | { readonly kind: "absent" }
  /** A set that is there; the tag axes say what it holds. */
  | { readonly kind: "present" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | NumberAtom
  | StringAtom
  | TimeAtom;

export function atomCount(axis: Axis): number {
  return axis.kind === "fact" ? axis.atoms.length : 2;
}
