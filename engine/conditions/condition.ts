import type { Span } from "../diagnostics/diagnostic.js";

/**
 * The test of a rule, as a tree of small frozen nodes. Values are in *compared form*: tokens and milliseconds as
 * whole numbers, `budget_usd` (and any fact with unit `usd`) as whole nano-dollars, tags normalised.
 * Every node keeps where it was written.
 */
export type Condition = AllCondition | AnyCondition | NotCondition | Predicate;

/** True when every part is true (an empty list is true: the rule without `match`). */
export interface AllCondition {
  readonly kind: "all";
  readonly conditions: readonly Condition[];
  readonly span: Span;
}
export interface AnyCondition {
  readonly kind: "any";
  readonly conditions: readonly Condition[];
  readonly span: Span;
}
export interface NotCondition {
  readonly kind: "not";
  readonly condition: Condition;
  readonly span: Span;
}

/** A leaf: reads one fact (a `logic` leaf may read several). Unknown when the fact is absent, except `present`. */
export type Predicate =
  | PresentPredicate
  | OneOfPredicate
  | PrefixPredicate
  | GlobPredicate
  | RangePredicate
  | BooleanPredicate
  | SetPredicate
  | TimePredicate
  | LogicPredicate;

export interface PresentPredicate {
  readonly kind: "present";
  readonly fact: string;
  readonly expected: boolean;
  readonly span: Span;
}
/** A string fact equals one of the values. `{ not: x }` is a `not` around this. */
export interface OneOfPredicate {
  readonly kind: "one-of";
  readonly fact: string;
  readonly values: readonly string[];
  readonly span: Span;
}
export interface PrefixPredicate {
  readonly kind: "prefix";
  readonly fact: string;
  readonly prefix: string;
  readonly span: Span;
}
/** `*` stands for any run of characters, also none; everything else for itself; the whole value must match. */
export interface GlobPredicate {
  readonly kind: "glob";
  readonly fact: string;
  readonly pattern: string;
  readonly span: Span;
}
/** A number lies between two bounds; a missing bound is open. `n` (equal) is `min` and `max` both n, inclusive. */
export interface RangePredicate {
  readonly kind: "range";
  readonly fact: string;
  readonly min?: Bound;
  readonly max?: Bound;
  readonly span: Span;
}
export interface Bound {
  readonly value: number;
  readonly inclusive: boolean;
}
export interface BooleanPredicate {
  readonly kind: "boolean";
  readonly fact: string;
  readonly expected: boolean;
  readonly span: Span;
}
/** A set holds at least one (`any`), all (`all`) or none (`none`) of the tags. */
export interface SetPredicate {
  readonly kind: "set";
  readonly fact: string;
  readonly quantifier: "any" | "all" | "none";
  readonly tags: readonly string[];
  readonly span: Span;
}
/**
 * The local time in a zone lies in a weekly window. `days` (0 = Sunday … 6 = Saturday; all seven when not written)
 * names the days on which the window *begins*, at least one; minutes of the day, half-open; `fromMinute > toMinute` wraps
 * midnight into the next day, and they are never equal; without `from` and `to` the window is the whole day (0 to 1440).
 */
export interface TimePredicate {
  readonly kind: "time";
  readonly fact: string;
  readonly days: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly tz: string;
  readonly span: Span;
}
/**
 * A JsonLogic expression over the facts' own values (USD as a decimal, tags as a list); its truth is json-logic-js's
 * truthiness. Unknown when one of `required` is absent: the facts read without a default of their own.
 */
export interface LogicPredicate {
  readonly kind: "logic";
  readonly rule: JsonValue;
  /** Every fact the expression reads, by name. */
  readonly reads: readonly string[];
  /** The facts among `reads` that are read without a default. */
  readonly required: readonly string[];
  readonly span: Span;
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
