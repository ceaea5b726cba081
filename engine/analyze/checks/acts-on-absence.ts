import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import { absentFactsOf, readFactsOf } from "../../explain/facts-of-condition.js";
import type { Rule } from "../../policy/policy-set.js";
import type { Check, CheckContext } from "../check-context.js";
import { boxesWhere } from "../regions/candidate-regions.js";
import type { Box } from "../space/box.js";
import { factsOfBox } from "../space/facts-of-box.js";

/** Boxes in which a request is looked for. */
const MOST_TRIED = 16;

/** RW2103: a guard that acts on requests for which its condition is not true but unknown, because a fact is absent. */
export const actsOnAbsence: Check = function* (context) {
  const { regions } = context;
  const absences = new Map<string, Absence>();
  for (const { rule } of [...regions.denies, ...regions.requires]) {
    const { facts, isEachEnough } = factsWhoseAbsenceCounts(context, rule, absences);
    if (facts.length === 0) continue;
    const names = facts.map((name) => `\`${name}\``).join(" or ");
    const onlyThen = regions.conditions.of(rule.condition, "true")?.length === 0 ? ", and on no other" : "";
    const attribute = facts.find((name) => name.startsWith("attributes."));
    const ways = [
      `${presenceOf(context, isEachEnough ? facts : facts.slice(0, 1))} beside it if absence should not count`,
      ...(attribute === undefined ? [] : ["a `default` for the attribute"]),
      `\`# policy-ignore RW2103: reason\` above the rule if it should`,
    ];
    yield {
      code: "RW2103",
      severity: "warning",
      message: `guard \`${rule.id}\` acts on requests without ${names} too${onlyThen}: guards fail closed`,
      span: rule.condition.span,
      help: `write ${ways.slice(0, -1).join(", ")}, or ${ways.at(-1)}`,
    };
  }
};

/** Of a text that is compared with a value there is no mapping in which `present` could stand. */
function presenceOf({ definitions }: CheckContext, facts: readonly string[]): string {
  const isText = (name: string) => definitions.some((each) => each.name === name && each.type === "string");
  if (!facts.some(isText)) return "`present: true`";
  return `\`all: [{ ${facts.map((name) => `${name}: { present: true }`).join(", ")} }]\``;
}

/** The requests without a fact, and those with it. */
interface Absence {
  readonly without: readonly Box[];
  readonly present: readonly Box[];
}

function absenceOf({ regions: { space } }: CheckContext, name: string, known: Map<string, Absence>): Absence {
  let absence = known.get(name);
  if (absence === undefined) {
    absence = {
      without: boxesWhere(space, name, ({ kind }) => kind === "absent"),
      present: boxesWhere(space, name, ({ kind }) => kind !== "absent"),
    };
    known.set(name, absence);
  }
  return absence;
}

/** The facts, and whether the absence of each alone is enough; else it takes all of them. */
function factsWhoseAbsenceCounts(
  context: CheckContext,
  rule: Rule,
  absences: Map<string, Absence>,
): { readonly facts: readonly string[]; readonly isEachEnough: boolean } {
  const { regions } = context;
  const unknown = regions.intersect(
    regions.conditions.of(rule.condition, "not-false"),
    regions.conditions.of(rule.condition, "not-true"),
  );
  if (unknown === undefined || unknown.length === 0) return { facts: [], isEachEnough: true };
  // Leaves taken as independent may promise a request that there is not: one must be found.
  const show = (areas: readonly Box[]): Facts | undefined => {
    for (const box of areas.slice(0, MOST_TRIED)) {
      const facts = factsOfBox(regions.space, box);
      const filled = facts && { ...regions.space.defaults, ...facts };
      if (filled !== undefined && evaluateCondition(rule.condition, filled) === undefined) return filled;
    }
    return undefined;
  };
  const read = readFactsOf(rule.condition);
  const alone = read.filter((name) => {
    let areas = regions.intersect(unknown, absenceOf(context, name, absences).without);
    for (const other of read) {
      if (other !== name) areas = regions.intersect(areas, absenceOf(context, other, absences).present);
    }
    return areas !== undefined && show(areas) !== undefined;
  });
  if (alone.length > 0) return { facts: alone, isEachEnough: true };
  const facts = show(unknown);
  return { facts: facts === undefined ? [] : absentFactsOf(rule.condition, facts), isEachEnough: false };
}
