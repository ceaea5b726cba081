import type { Condition } from "../../conditions/condition.js";
import { foldLists } from "../../explain/words/fold-lists.js";
import { writeCondition } from "../../explain/words/write-condition.js";
import type { Check } from "../check-context.js";
import type { Rail } from "../space/condition-boxes.js";

/** RW2101: a condition that no request can meet. RW2102: one alternative of it that none can. */
export const impossibleConditions: Check = function* ({ regions, definitions }) {
  for (const [ruleNumber, rule] of regions.set.rules.entries()) {
    const acts = regions.acts(ruleNumber);
    if (acts === undefined) continue;
    if (acts.length === 0) {
      yield {
        code: "RW2101",
        severity: "warning",
        message: `the condition of rule \`${rule.id}\` can never be ${rule.effect === "route" ? "true" : "met"}`,
        span: rule.condition.span,
        help: "its parts exclude each other: correct or remove one of them",
      };
      continue;
    }
    const rail: Rail = rule.effect === "route" ? "true" : "not-false";
    const isImpossible = ({ alone }: Alternative) => regions.conditions.of(alone, rail)?.length === 0;
    for (const { part } of outermost(alternatives(rule.condition), isImpossible)) {
      yield {
        code: "RW2102",
        severity: "warning",
        message: `this alternative of rule \`${rule.id}\` can never be true: ${foldLists(writeCondition(part, definitions))}`,
        span: part.span,
        help: "it contradicts the rest of the condition: correct or remove it",
      };
    }
  }
};

interface Alternative {
  readonly part: Condition;
  /** The whole condition with this one in place of all the alternatives it stands among. */
  readonly alone: Condition;
  /** Those within it: where it is impossible, each of them is. */
  readonly inner: readonly Alternative[];
}

function outermost(
  among: readonly Alternative[],
  isWanted: (alternative: Alternative) => boolean,
): readonly Alternative[] {
  return among.flatMap((each) => (isWanted(each) ? [each] : outermost(each.inner, isWanted)));
}

/** Each part of each `any` that is not negated. */
function alternatives(condition: Condition): readonly Alternative[] {
  switch (condition.kind) {
    case "any":
      return condition.conditions.flatMap((part) => {
        const inner = alternatives(part);
        return condition.conditions.length > 1 ? [{ part, alone: part, inner }] : inner;
      });
    case "all":
      return condition.conditions.flatMap((part, at) => {
        const within = ({ part, alone, inner }: Alternative): Alternative => ({
          part,
          alone: { ...condition, conditions: condition.conditions.with(at, alone) },
          inner: inner.map(within),
        });
        return alternatives(part).map(within);
      });
    default:
      return [];
  }
}
