import type { Condition } from "../../conditions/condition.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { type Facts, readFact } from "../../evaluate/facts.js";
import { readFactsOf } from "../../explain/facts-of-condition.js";
import type { PolicySet, Rule } from "../../policy/policy-set.js";

/**
 * The rules that do not act on one request, by the facts that would have to change first. Found once, so that of a large policy only
 * a few rules need be read for each change that is tried.
 */
export class IdleRules {
  readonly #start: Facts;
  readonly #rules: readonly Rule[];
  /** What keeps a rule from acting; undefined when nothing does. Rules that are kept by parts that read the same share it. */
  readonly #keptBy: readonly (Obstacle | undefined)[];
  readonly #obstacles = new Map<string, Obstacle>();

  /** @param start with defaults filled in. */
  constructor({ rules }: PolicySet, start: Facts) {
    this.#start = start;
    this.#rules = rules;
    this.#keptBy = rules.map((rule) => this.#obstacleOf(rule));
  }

  /**
   * The rules that may act on a request, in reading order; none is left out that does.
   * @param facts those of the request, with defaults filled in.
   * @param unsettled facts that may have other values than these.
   */
  mayAct(facts: Facts, unsettled: Iterable<string>): readonly Rule[] {
    const changed = new Set(unsettled);
    for (const name of Object.keys({ ...this.#start, ...facts })) {
      if (readFact(facts, name) !== readFact(this.#start, name)) changed.add(name);
    }
    const gone = new Set<Obstacle | undefined>([undefined]);
    for (const obstacle of this.#obstacles.values()) {
      if (obstacle.every((reads) => reads.some((fact) => changed.has(fact)))) gone.add(obstacle);
    }
    return this.#rules.filter((_, number) => gone.has(this.#keptBy[number]));
  }

  #obstacleOf({ effect, condition }: Rule): Obstacle | undefined {
    const parts = partsOf(condition).filter((part) => {
      const truth = evaluateCondition(part, this.#start);
      return effect === "route" ? truth !== true : truth === false;
    });
    if (parts.length === 0) return undefined;
    const reads = parts.map(readFactsOf);
    const key = JSON.stringify(reads);
    const known = this.#obstacles.get(key);
    if (known !== undefined) return known;
    this.#obstacles.set(key, reads);
    return reads;
  }
}

/** What each part of a condition reads that keeps a rule from acting: all of them must come out otherwise. */
type Obstacle = readonly (readonly string[])[];

/** What must all hold. */
function partsOf(condition: Condition): readonly Condition[] {
  return condition.kind === "all" ? condition.conditions.flatMap(partsOf) : [condition];
}
