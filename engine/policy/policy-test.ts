import type { Condition } from "../conditions/condition.js";
import type { Span } from "../diagnostics/diagnostic.js";
import type { Facts } from "../evaluate/facts.js";
import type { ExclusionReason } from "../rank/route-plan.js";
import type { World } from "../rank/world.js";

/** One case of a `kind: test` file, or one property. */
export interface PolicyTest {
  readonly name: string;
  /** Empty for a property. */
  readonly request: Facts;
  /** What is expected must hold for every request that meets this, whatever the world. */
  readonly forall?: Condition;
  readonly world: World;
  readonly expect: TestExpectation;
  readonly span: Span;
}

/** Each key that is there must hold. Models may be named as `author/model` or `author/model@provider`. */
export interface TestExpectation {
  /** Id of the route rule, or `default`. */
  readonly rule?: string;
  /** The first attempt. */
  readonly model?: string;
  /** Not the first attempt. */
  readonly notModel?: string;
  /** The attempts after the first begin with these, in order. */
  readonly fallback?: readonly string[];
  /** true: some deny rule acts; false: none does; a string: this rule is the one reported. */
  readonly denied?: boolean | string;
  /** Ids of the require rules that act: exactly these, in any order. */
  readonly requirements?: readonly string[];
  /** Candidates that are left out, each for this reason. */
  readonly excluded?: readonly { readonly candidate: string; readonly reason: ExclusionReason }[];
  /** The first attempt is expected to cost at most this, USD. */
  readonly maxCostUsd?: number;
}
