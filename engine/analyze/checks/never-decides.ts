import type { Description } from "../../diagnostics/report.js";
import type { Rule } from "../../policy/policy-set.js";
import type { Check, CheckContext } from "../check-context.js";
import type { NumberedRule } from "../regions/policy-regions.js";
import { goesOn, routeMeaning } from "../regions/route-meaning.js";

/** Places that are shown for one finding. */
const SHOWN_RULES = 3;

/**
 * RW2001: a route rule that can never decide a request, because the rules above it take all of its requests.
 * RW2003: the same of a deny rule, which then is never the one that is reported. RW2004: the default route.
 */
export const neverDecides: Check = function* (context) {
  const { policy, regions, reach, all } = context;
  for (const { rule, ruleNumber } of [...regions.routes, ...(all ? regions.denies : [])]) {
    if (regions.acts(ruleNumber)?.length === 0 || reach(ruleNumber).kind !== "never") continue;
    const isRoute = rule.effect === "route";
    yield {
      code: isRoute ? "RW2001" : "RW2003",
      severity: isRoute ? "warning" : "info",
      span: rule.span,
      describe: () => describe(context, rule, ruleNumber),
    };
  }
  const { set } = policy;
  if (all && reach(set.rules.length).kind === "never") {
    yield {
      code: "RW2004",
      severity: "info",
      message: "the default route is never used: the rules above take every request",
      span: set.defaultRoute.span,
    };
  }
};

function describe(context: CheckContext, rule: Rule, ruleNumber: number): Description {
  const { takers, alone, different } = blameFor(context, rule, ruleNumber);
  const names = takers.slice(0, SHOWN_RULES).map(({ rule: { id } }) => `\`${id}\``);
  const more = takers.length - names.length;
  const list = more > 0 ? `${names.join(", ")} and ${more} more` : joinNames(names);
  const message =
    alone === undefined
      ? `${list} together take every request that it matches`
      : `\`${alone.rule.id}\` takes every request that it matches`;
  const shown = alone === undefined ? takers.slice(0, SHOWN_RULES) : [alone];
  if (different !== undefined && !shown.includes(different)) shown.push(different);
  const isRoute = rule.effect === "route";
  return {
    message: `rule \`${rule.id}\` can never ${isRoute ? "decide a request" : "be the one reported"}: ${message}`,
    related: shown.map((taker) => ({
      span: taker.rule.span,
      note: `\`${taker.rule.id}\` ${
        taker === alone ? "covers it alone" : "takes some of its requests first"
      }${isRoute ? (isDifferent(context, rule, taker) ? ", and routes them otherwise" : ", and routes them the same way") : ""}`,
    })),
    help: isRoute
      ? `move \`${rule.id}\` above ${alone === undefined ? "them" : `\`${alone.rule.id}\``}, or narrow ${alone === undefined ? "one of them" : "that rule"}, or remove \`${rule.id}\``
      : `remove it, or narrow ${alone === undefined ? "the others" : `\`${alone.rule.id}\``}; who is denied stays the same`,
  };
}

interface Blame {
  /** The rules above that decide some request that the rule matches, in reading order; only `alone` where there is one. */
  readonly takers: readonly NumberedRule[];
  /** One that takes all of them. */
  readonly alone: NumberedRule | undefined;
  /** The first that routes them otherwise. */
  readonly different: NumberedRule | undefined;
}

/** Each taker is a question of its own and there can be thousands, so all are looked for only where none covers the rule alone. */
function blameFor(context: CheckContext, rule: Rule, ruleNumber: number): Blame {
  const { regions } = context;
  const areas = regions.acts(ruleNumber);
  const above = (rule.effect === "route" ? regions.routes : regions.denies).filter((other) => {
    return other.ruleNumber < ruleNumber && !goesOn(other.rule);
  });
  const isTaker = ({ ruleNumber: other }: NumberedRule) => {
    return regions.findShared(areas, regions.acts(other), regions.endingAbove(other)) !== "none";
  };
  const alone = above.find((other) => {
    const covers = regions.acts(other.ruleNumber);
    return covers !== undefined && regions.find(areas, covers) === "none" && isTaker(other);
  });
  const differs = (other: NumberedRule) => isDifferent(context, rule, other);
  if (alone !== undefined) {
    return { takers: [alone], alone, different: above.find((other) => differs(other) && isTaker(other)) };
  }
  const takers = above.filter(isTaker);
  return { takers, alone, different: takers.find(differs) };
}

function isDifferent({ policy }: CheckContext, rule: Rule, { rule: other }: NumberedRule): boolean {
  if (rule.effect !== "route" || other.effect !== "route") return false;
  return routeMeaning(policy.set, rule.route) !== routeMeaning(policy.set, other.route);
}

function joinNames(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
