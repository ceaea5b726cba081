import type { DenyRule, RequireRule, Route } from "../policy/policy-set.js";

/** What the policy says about one request, before any model is looked at. */
export interface Outcome {
  /** The first deny rule, in reading order, whose condition is not false. */
  readonly denied: Denial | undefined;
  /** Every require rule whose condition is not false, in reading order. */
  readonly requirements: readonly RequireRule[];
  /** The first route rule whose condition is true, else the default. */
  readonly route: RouteChoice;
}
export interface Denial {
  readonly rule: DenyRule;
}
export interface RouteChoice {
  /** The id of the rule, or `default`. */
  readonly rule: string;
  /** Its position among the set's rules; the number of rules for `default`. */
  readonly ruleNumber: number;
  readonly route: Route;
}
