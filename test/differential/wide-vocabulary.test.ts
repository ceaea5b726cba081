import { expect, it } from "vitest";
import { usualTuning } from "../../engine/compile/tree-tuning.js";
import type { Condition } from "../../engine/conditions/condition.js";
import type { Facts } from "../../engine/evaluate/facts.js";
import { compile, decided, type RuleText, setOf } from "../engine/compile/harness.js";
import { all, any, atLeast, below, has, is, not } from "../engine/explain/harness.js";
import { oddTunings } from "./odd-tunings.js";
import { Random } from "./random.js";

const SEED = 20261125;
const bitmaps = { ...usualTuning, nodeCost: 1e9 };
const tunings = [usualTuning, ...oddTunings, bitmaps, { ...bitmaps, directCells: -1e9 }];
/** As many as a request may have. */
const MOST_TAGS = 64;

/** Names that a policy and its requests use: long lists, and tables in which places collide. */
function names(of: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${of}${at}`);
}

interface Vocabulary {
  readonly tenants: readonly string[];
  readonly tags: readonly string[];
}

function generatePart(random: Random, { tenants, tags }: Vocabulary): Condition {
  const ofTags = (quantifier: "any" | "all" | "none") =>
    has(quantifier, ...random.some(tags, random.pick(quantifier === "all" ? [1, 2, 40] : [1, 3, 40])));
  switch (random.integer(0, 8)) {
    case 0:
    case 1:
      return is("tenant", ...random.some(tenants, random.pick([1, 4, 60])));
    case 2:
      return atLeast("context_tokens", random.integer(0, 5_000));
    case 3:
      return below("context_tokens", random.integer(0, 5_000));
    case 4:
      return { ...ofTags("any"), fact: "key_tags" } as Condition;
    case 5:
      return not(generatePart(random, { tenants, tags }));
    case 6:
      return any(ofTags("any"), is("tenant", ...random.some(tenants, 2)));
    default:
      return ofTags(random.pick(["any", "any", "all", "none"]));
  }
}

function generateRule(random: Random, vocabulary: Vocabulary): RuleText {
  const condition = all(...random.list(1, 3, () => generatePart(random, vocabulary)));
  return random.pick<RuleText>([{ deny: all(condition, condition) }, { require: condition }, condition, condition]);
}

function generateRequest(random: Random, { tenants, tags }: Vocabulary): Facts {
  const some = () => random.some([...tags, "unnamed"], random.pick([1, 5, 200])).slice(0, MOST_TAGS);
  return {
    tenant: random.chance(0.1) ? "unnamed" : random.pick(tenants),
    context_tokens: random.integer(0, 5_000),
    ...(random.chance(0.9) ? { tags: some() } : {}),
    ...(random.chance(0.5) ? { key_tags: some() } : {}),
  };
}

it(`the compiled tree decides as the rules read in order when there are many names, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const outcomes = new Set<string>();
  for (let number = 0; number < 240; number++) {
    const vocabulary = { tenants: names("t", random.pick([3, 2_000])), tags: names("x", random.pick([8, 90, 400])) };
    const rules = random.list(1, random.pick([20, 150]), () => generateRule(random, vocabulary));
    const policy = compile(setOf(rules), tunings[number % tunings.length]);
    // `decided` throws when the two readings differ.
    for (let request = 0; request < 40; request++) outcomes.add(decided(policy, generateRequest(random, vocabulary)));
  }
  expect(outcomes.size).toBeGreaterThan(1_000);
});
