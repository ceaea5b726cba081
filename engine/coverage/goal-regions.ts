import { PolicyRegions } from "../analyze/regions/policy-regions.js";
import type { Box } from "../analyze/space/box.js";
import { buildSpace } from "../analyze/space/build-space.js";
import { factsOfBox } from "../analyze/space/facts-of-box.js";
import type { Search } from "../analyze/space/find-uncovered.js";
import { httpRequests } from "../analyze/space/request-assumptions.js";
import type { Condition, Predicate } from "../conditions/condition.js";
import type { Facts } from "../evaluate/facts.js";
import type { PolicySet } from "../policy/policy-set.js";
import type { Goal, Outcome } from "./coverage.js";
import { leavesOf } from "./trace-request.js";

type Areas = readonly Box[] | undefined;

/** The requests over HTTP that meet goals. */
export class GoalRegions {
  readonly #regions: PolicyRegions;

  constructor(set: PolicySet) {
    this.#regions = new PolicyRegions(buildSpace({ sets: [set], assumptions: httpRequests }), set);
  }

  /** Some that meet a goal; `none` is a proof. */
  search(goal: Goal): Search {
    const regions = this.#regions;
    const { ruleNumber } = goal;
    const rule = regions.set.rules[ruleNumber];
    const areas =
      rule === undefined || goal.kind === "decided"
        ? regions.acts(ruleNumber)
        : this.#evaluated(rule.condition, goal.leafNumber, goal.outcome);
    return regions.find(areas, ...this.#readBefore(ruleNumber));
  }

  /** One of those that were found; it may not meet the goal where an expression comes out otherwise than it was taken to. */
  requestOf(found: Search): Facts | undefined {
    return typeof found === "string" ? undefined : factsOfBox(this.#regions.space, found);
  }

  /** Where the rules of the same effect act after which a rule is not read any more. */
  #readBefore(ruleNumber: number): readonly Areas[] {
    const { set, routes, denies } = this.#regions;
    const effect = set.rules[ruleNumber]?.effect ?? "route";
    if (effect === "require") return [];
    const above = (effect === "route" ? routes : denies).filter((other) => other.ruleNumber < ruleNumber);
    return above.map((other) => this.#regions.acts(other.ruleNumber));
  }

  /** Where a leaf is evaluated, for no part before it settles its group, and comes out in a way. */
  #evaluated(condition: Condition, leafNumber: number, outcome: Outcome): Areas {
    const { conditions } = this.#regions;
    switch (condition.kind) {
      case "all":
      case "any": {
        let areas: Areas = [this.#regions.space.layout.full()];
        let left = leafNumber;
        for (const part of condition.conditions) {
          const count = leavesOf(part).length;
          if (left < count) return this.#regions.intersect(areas, this.#evaluated(part, left, outcome));
          left -= count;
          areas = this.#regions.intersect(
            areas,
            conditions.of(part, condition.kind === "all" ? "not-false" : "not-true"),
          );
        }
        throw new Error(`invariant: a condition has no leaf ${leafNumber}`);
      }
      case "not":
        return this.#evaluated(condition.condition, leafNumber, outcome);
      default:
        return this.#comesOut(condition, outcome);
    }
  }

  #comesOut(leaf: Predicate, outcome: Outcome): Areas {
    const { conditions } = this.#regions;
    if (outcome !== "unknown") return conditions.of(leaf, outcome);
    return this.#regions.intersect(conditions.of(leaf, "not-true"), conditions.of(leaf, "not-false"));
  }
}
