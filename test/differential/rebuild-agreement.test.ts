import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../engine/compile/build-decision-tree.js";
import { KnownRule, KnownRules } from "../../engine/compile/known-rules.js";
import { type TreeTuning, usualTuning } from "../../engine/compile/tree-tuning.js";
import type { PolicySet, Rule } from "../../engine/policy/policy-set.js";
import { generatePolicy, type Shape, shapes } from "./generate-policy.js";
import { oddTunings } from "./odd-tunings.js";
import { Random } from "./random.js";
import { generateAttributes } from "./vocabulary.js";

/** A long run: `REBUILD_POLICIES=20000 npx vitest run test/differential/rebuild-agreement.test.ts`. */
const policies = Number(process.env["REBUILD_POLICIES"] ?? "200");
const seed = Number(process.env["REBUILD_SEED"] ?? "20261126");
const EDITS = 12;
const timeout = 300_000 * Math.max(1, policies / 200);

const tunings: readonly TreeTuning[] = [usualTuning, { ...usualTuning, longCondition: 2 }, ...oddTunings];

/** The first edit after which a tree that was built with what earlier ones had learnt differs from one built anew. */
function firstDifference(Known: typeof KnownRules): string | undefined {
  const random = new Random(seed);
  let [builds, kept, rules] = [0, 0, 0];
  for (let policy = 0; policy < policies; policy++) {
    const shape = random.pick(shapes);
    const tuning = random.pick(tunings);
    const known = new Known();
    let set = generatePolicy(random, shape, policy % 20 === 0 ? 300 : 30);
    for (let edit = 0; edit < EDITS; edit++) {
      const before = new Set(set.rules);
      if (edit > 0) set = edited(set, random, shape);
      builds++;
      rules += set.rules.length;
      kept += set.rules.filter((rule) => before.has(rule)).length;
      if (!isDeepStrictEqual(buildDecisionTree(set, tuning, known), buildDecisionTree(set, tuning))) {
        return `policy ${policy} (${shape}), edit ${edit}`;
      }
    }
  }
  console.log(`seed ${seed}: ${builds} trees of ${rules} rules, ${kept} of them from the build before`);
  return undefined;
}

/** Some rules are new, gone, doubled or elsewhere, or have another effect; now and then the custom facts are others. */
function edited(set: PolicySet, random: Random, shape: Shape): PolicySet {
  const rules = [...set.rules];
  for (let change = random.integer(0, 3); change > 0; change--) {
    const at = random.integer(0, Math.max(0, rules.length - 1));
    const rule = rules[at];
    const chance = random.next();
    if (chance < 0.25) rules.splice(at, 1);
    else if (chance < 0.5) rules.splice(at, 0, ...generatePolicy(random, shape, 3).rules);
    else if (chance < 0.75) rules.splice(at, 1, ...generatePolicy(random, shape, 1).rules);
    else if (rule !== undefined && chance < 0.85) rules.push(...rules.splice(at, 1));
    else if (rule !== undefined && chance < 0.9) rules.push(rule);
    else if (rule !== undefined) rules[at] = withOtherEffect(rule);
  }
  return { ...set, rules, ...(random.chance(0.1) ? { attributes: generateAttributes(random) } : {}) };
}

function withOtherEffect({ id, span, condition, effect }: Rule): Rule {
  if (effect === "deny") return { id, rule: id, span, condition, effect: "require", require: { region: ["eu"] } };
  return { id, span, condition, effect: "deny", message: "no" };
}

/** What is known, made to forget to ask. */
const faults: readonly { readonly name: string; readonly Known: typeof KnownRules }[] = [
  {
    name: "keeps a rule's program though numbers have changed",
    Known: withRules(
      class extends KnownRule {
        #first: ReturnType<KnownRule["bind"]> | undefined;
        override bind(...build: Parameters<KnownRule["bind"]>) {
          this.#first ??= super.bind(...build);
          return this.#first;
        }
      },
    ),
  },
  {
    name: "keeps a rule's formula though other parts of it are shared",
    Known: withRules(
      class extends KnownRule {
        #first: ReturnType<KnownRule["lower"]> | undefined;
        override lower(...build: Parameters<KnownRule["lower"]>) {
          this.#first ??= super.lower(...build);
          return this.#first;
        }
      },
    ),
  },
];

function withRules(Faulty: typeof KnownRule): typeof KnownRules {
  return class extends KnownRules {
    readonly #faulty = new WeakMap<Rule, KnownRule>();
    override of(rule: Rule, tuning: TreeTuning) {
      const known = this.#faulty.get(rule) ?? new Faulty(rule, tuning);
      this.#faulty.set(rule, known);
      return known;
    }
  };
}

describe("buildDecisionTree() with what earlier builds have learnt", () => {
  it("gives the tree that it gives without, edit after edit", { timeout }, () => {
    expect(firstDifference(KnownRules)).toBeUndefined();
  });

  for (const { name, Known } of faults) {
    it(`would be found out if it ${name.replace("keeps", "kept")}`, { timeout }, () => {
      expect(firstDifference(Known)).toMatch(/^policy \d+ /);
    });
  }
});
