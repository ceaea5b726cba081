import { decide } from "../../evaluate/decide.js";
import type { Facts } from "../../evaluate/facts.js";
import { nextRoute } from "../../evaluate/next-route.js";
import type { Outcome, RouteChoice } from "../../evaluate/outcome.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { RequireRule } from "../../policy/policy-set.js";
import { defaultRouteMeaning, requirementMeaning, routeMeaning } from "../regions/route-meaning.js";
import type { RequestChange } from "./diff-policies.js";

/** What of a change tells it from others; plain data, so a thread can be given it. */
export type ChangeSides = Pick<RequestChange, "kind" | "from" | "to">;

/** What of a diff's changes one request is part of. */
export interface ChangesOfRequest {
  /** Places in the diff's changes, each once. */
  readonly changes: readonly number[];
  /** It is treated differently in a way that the diff does not list: it could not decide whether some request is. */
  readonly isUnlisted: boolean;
}

/**
 * Finds the changes of a diff that requests are part of, by deciding each under both policies: who decides before and
 * after is what changes are grouped by.
 */
export class ChangeFinder {
  readonly #before: Side;
  readonly #after: Side;
  /** Places of the changes by kind and rule numbers; of a requirement by each of its sides. */
  readonly #places = new Map<string, number>();

  constructor(before: CompiledPolicy, after: CompiledPolicy, changes: readonly ChangeSides[]) {
    this.#before = new Side(before);
    this.#after = new Side(after);
    for (const [place, { kind, from, to }] of changes.entries()) {
      if (kind !== "required") this.#places.set(`${kind} ${from.ruleNumber} ${to.ruleNumber}`, place);
      else {
        if (from.ruleNumber !== -1) this.#places.set(`required ${from.ruleNumber} gone`, place);
        if (to.ruleNumber !== -1) this.#places.set(`required ${to.ruleNumber} new`, place);
      }
    }
  }

  find(facts: Facts): ChangesOfRequest {
    const one = decide(this.#before.policy, facts);
    const other = decide(this.#after.policy, facts);
    const places = new Set(this.#keys(one, other, facts).map((key) => this.#places.get(key) ?? -1));
    const isUnlisted = places.delete(-1);
    return { changes: [...places], isUnlisted };
  }

  #keys(one: Outcome, other: Outcome, facts: Facts): readonly string[] {
    const [before, after] = [this.#before, this.#after];
    if (one.denied !== undefined || other.denied !== undefined) {
      if (one.denied?.rule.message === other.denied?.rule.message) return [];
      return [`denied ${before.denialNumber(one)} ${after.denialNumber(other)}`];
    }
    return [
      ...before.requiredBeside(one, after.required(other)).map((number) => `required ${number} gone`),
      ...after.requiredBeside(other, before.required(one)).map((number) => `required ${number} new`),
      ...this.#routeKey(one.route, other.route, facts),
    ];
  }

  #routeKey(one: RouteChoice, other: RouteChoice, facts: Facts): readonly string[] {
    const [before, after] = [this.#before, this.#after];
    for (let kind = "routed"; ; kind = "next") {
      if (before.routeMeaning(one) !== after.routeMeaning(other)) {
        return [`${kind} ${one.ruleNumber} ${other.ruleNumber}`];
      }
      if (!before.goesOn(one) || !after.goesOn(other)) return [];
      one = nextRoute(before.policy, facts, one.ruleNumber);
      other = nextRoute(after.policy, facts, other.ruleNumber);
    }
  }
}

/** One of the two policies, with what its rules mean. */
class Side {
  readonly policy: CompiledPolicy;
  readonly #numbers: ReadonlyMap<object, number>;
  readonly #routes = new Map<number, string>();
  readonly #requirements = new Map<RequireRule, string>();

  constructor(policy: CompiledPolicy) {
    this.policy = policy;
    this.#numbers = new Map(policy.set.rules.map((rule, number) => [rule, number]));
  }

  denialNumber({ denied }: Outcome): number {
    const { length } = this.policy.set.rules;
    return denied === undefined ? length : (this.#numbers.get(denied.rule) ?? length);
  }

  required({ requirements }: Outcome): ReadonlySet<string> {
    return new Set(requirements.map((rule) => this.#requirementMeaning(rule)));
  }

  /** The rules that ask for something that is not among what is asked for anyway. */
  requiredBeside({ requirements }: Outcome, others: ReadonlySet<string>): readonly number[] {
    return requirements
      .filter((rule) => !others.has(this.#requirementMeaning(rule)))
      .map((rule) => this.#numbers.get(rule) ?? -1);
  }

  routeMeaning({ ruleNumber, route }: RouteChoice): string {
    const known = this.#routes.get(ruleNumber);
    if (known !== undefined) return known;
    const { set } = this.policy;
    const meaning = ruleNumber === set.rules.length ? defaultRouteMeaning(set) : routeMeaning(set, route);
    this.#routes.set(ruleNumber, meaning);
    return meaning;
  }

  goesOn({ ruleNumber, route }: RouteChoice): boolean {
    return ruleNumber < this.policy.set.rules.length && route.onExhausted === "next_rule";
  }

  #requirementMeaning(rule: RequireRule): string {
    const known = this.#requirements.get(rule) ?? requirementMeaning(rule.require);
    this.#requirements.set(rule, known);
    return known;
  }
}
