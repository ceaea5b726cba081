import { PolicyRegions } from "../../../engine/analyze/regions/policy-regions.js";
import type { FactAtom, FactAxis } from "../../../engine/analyze/space/axis.js";
import type { Box } from "../../../engine/analyze/space/box.js";
import { buildSpace } from "../../../engine/analyze/space/build-space.js";
import { anyRequests } from "../../../engine/analyze/space/request-assumptions.js";
import { type RequestSpace, valueOfAtom } from "../../../engine/analyze/space/request-space.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import type { Facts, FactValue } from "../../../engine/evaluate/facts.js";
import type { PolicySet } from "../../../engine/policy/policy-set.js";
import { commonMisreadings, type Misreading } from "../../differential/common-misreadings.js";
import { generatePolicy, type Shape, shapes } from "../../differential/generate-policy.js";
import { generateRequest } from "../../differential/generate-request.js";
import { Random } from "../../differential/random.js";

/** Multiplies what is generated: `ROUTEWRIGHT_ANALYSIS_SCALE=10 npx vitest run test/engine/analyze` for a long run. */
export const scale = Number(process.env["ROUTEWRIGHT_ANALYSIS_SCALE"] ?? "1");
/** Of few policies that show every planted fault: others may have no rule that it changes. */
export const usualSeed = 20261125;
/** Set it to try other policies and requests. */
export const seed = Number(process.env["ROUTEWRIGHT_ANALYSIS_SEED"] ?? usualSeed);

export interface ReachCounts {
  readonly seed: number;
  rules: number;
  decides: number;
  never: number;
  follows: number;
  undecided: number;
  /** Requests tried on rules that are said never to decide. */
  tried: number;
}

/**
 * Asks of every rule of generated policies whether it ever decides, and holds the answers against the interpreter.
 * @param misread what the analysis sees in place of a set: the set itself, or one with a planted fault.
 * @returns what does not agree, at most one line for each policy.
 */
export function checkReach(
  { policies, mostRules, seed }: { readonly policies: number; readonly mostRules: number; readonly seed: number },
  misread: (set: PolicySet) => PolicySet = (set) => set,
): { readonly counts: ReachCounts; readonly faults: readonly string[] } {
  const random = new Random(seed);
  const counts: ReachCounts = { seed, rules: 0, decides: 0, never: 0, follows: 0, undecided: 0, tried: 0 };
  const faults: string[] = [];
  const requests = Array.from({ length: 2_000 }, () => generateRequest(random));
  for (let policy = 0; policy < policies; policy++) {
    const set = generatePolicy(random, shapes[policy % shapes.length] as Shape, mostRules);
    const seen = misread(set);
    const space = buildSpace({ sets: [seen], assumptions: anyRequests });
    const regions = new PolicyRegions(space, seen);
    const decides = (facts: Facts, ruleNumber: number) => {
      const { denied, requirements, route } = decideInOrder(set, facts);
      const rule = set.rules[ruleNumber];
      if (rule === undefined || rule.effect === "route") return route.ruleNumber === ruleNumber;
      return rule.effect === "deny" ? denied?.rule === rule : requirements.includes(rule);
    };
    const sampled = Array.from({ length: 30 }, () => decideInOrder(set, random.pick(requests)));
    const acted = new Set(sampled.flatMap(({ denied, route }) => [route.ruleNumber, denied?.rule]));
    for (const ruleNumber of [...set.rules.keys(), set.rules.length]) {
      const reach = regions.reach(ruleNumber);
      counts.rules++;
      counts[reach.kind]++;
      const what = `policy ${policy}, rule ${ruleNumber}: ${reach.kind}`;
      if (reach.kind === "decides" && !decides(reach.request, ruleNumber)) faults.push(`${what}, yet it does not`);
      if (reach.kind !== "never" && reach.kind !== "follows") continue;
      const isRoute = set.rules[ruleNumber]?.effect !== "deny";
      if (acted.has(isRoute ? ruleNumber : (set.rules[ruleNumber] as never))) faults.push(`${what}, yet it does`);
      for (const box of (regions.acts(ruleNumber) ?? []).slice(0, 20)) {
        counts.tried++;
        if (decides(aimedRequest(space, box, random), ruleNumber)) faults.push(`${what}, yet it does when aimed at`);
      }
      counts.tried += sampled.length;
    }
  }
  return { counts, faults };
}

/** A random request of a box; opaque leaves come out as they may. */
export function aimedRequest(space: RequestSpace, box: Box, random: Random): Facts {
  const facts: Record<string, FactValue> = {};
  for (const [number, axis] of space.axes.entries()) {
    if (axis.kind !== "fact") continue;
    const atom = pickAtom(space, box, number, axis, random);
    const value = valueOfAtom(atom, axis);
    if (value === undefined) continue;
    const { name, type } = axis.definition;
    facts[name] =
      type !== "set"
        ? value
        : [...(space.tagAxes.get(name) ?? [])].flatMap(([tag, at]) => {
            if (!space.layout.has(box.bits, at, 0)) return [tag];
            return space.layout.has(box.bits, at, 1) && random.chance(0.3) ? [tag] : [];
          });
  }
  return facts as Facts;
}

function pickAtom({ layout }: RequestSpace, box: Box, number: number, axis: FactAxis, random: Random): FactAtom {
  return random.pick(axis.atoms.filter((_, at) => layout.has(box.bits, number, at)));
}

/** Faults that an analysis might have, each as what it would take a leaf for. */
export const misreadings: readonly Misreading[] = [
  ...commonMisreadings,
  [
    "a prefix read as the text itself",
    (leaf) =>
      leaf.kind === "prefix" ? { kind: "one-of", fact: leaf.fact, values: [leaf.prefix], span: leaf.span } : leaf,
  ],
  [
    "a window that begins an hour late",
    (leaf) => (leaf.kind === "time" ? { ...leaf, fromMinute: leaf.fromMinute + 60 } : leaf),
  ],
];
