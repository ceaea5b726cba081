import { describe, expect, it } from "vitest";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import { PolicyJoiner, type PolicyPiece, splitPolicy } from "../../../engine/policy/policy-pieces.js";
import type { Rule } from "../../../engine/policy/policy-set.js";
import { generatePolicy } from "../../differential/generate-policy.js";
import { Random } from "../../differential/random.js";
import { compile, setOf } from "../compile/harness.js";
import { all, has, is } from "../explain/harness.js";

/** As another thread gets them. */
const sent = (policy: CompiledPolicy, before?: readonly Rule[]): PolicyPiece[] =>
  [...splitPolicy(policy, before)].map((piece) => structuredClone(piece));

function join(pieces: readonly PolicyPiece[], before?: readonly Rule[]): CompiledPolicy {
  const joiner = new PolicyJoiner(before);
  for (const piece of pieces) joiner.add(piece);
  return joiner.finish([]);
}

describe("splitPolicy()", () => {
  it("gives pieces that are put together to the same policy", () => {
    const random = new Random(3);
    for (const shape of ["mixed", "guards", "selective"] as const) {
      const policy = compile(generatePolicy(random, shape, 300));
      expect(join(sent(policy))).toEqual(policy);
    }
  });

  it("sends what the receiver has as places only", () => {
    const first = compile(setOf(Array.from({ length: 500 }, (_, at) => is("tenant", `t${at}`))));
    const received = join(sent(first));
    const rules = first.set.rules
      .toSpliced(100, 3)
      .toSpliced(300, 1, { ...(first.set.rules[7] as Rule), id: "edited" });
    const second = { ...first, set: { ...first.set, rules } };
    const pieces = sent(second, first.set.rules);
    expect(pieces.map(({ kind }) => kind)).toEqual(["frame", "same", "same", "route", "rules", "same"]);
    const joined = join(pieces, received.set.rules);
    expect(joined).toEqual(second);
    expect(joined.set.rules[400]).toBe(received.set.rules[403]);
  });

  it("gives rules whose conditions are the same objects while they are held, and in every copy", () => {
    const policy = compile(setOf([all(is("tenant", "a"), has("any", "x"))]));
    const rule = join(sent(policy)).set.rules[0]!;
    const { condition } = policy.set.rules[0]!;
    expect(rule.condition).toBe(rule.condition);
    expect({ ...rule }.condition).toEqual(condition);
    expect(structuredClone(rule).condition).toEqual(condition);
    expect(JSON.parse(JSON.stringify(rule)).condition).toEqual(condition);
  });

  it("sends a route once, however many rules have it", () => {
    const policy = compile(setOf(Array.from({ length: 300 }, (_, at) => is("tenant", `t${at}`))));
    const routes = sent(policy).filter(({ kind }) => kind === "route");
    expect(routes).toHaveLength(1);
    const [first, second] = join(sent(policy)).set.rules;
    const route = (rule: Rule | undefined) => (rule?.effect === "route" ? rule.route : undefined);
    expect(route(first)).toEqual(route(policy.set.rules[0]));
    expect(route(first)?.fallbackOn).toBe(route(second)?.fallbackOn);
  });

  it("sends a long scope once", () => {
    const scope = has("any", ...Array.from({ length: 1_000 }, (_, at) => `tag-${at}`));
    const rules = Array.from({ length: 300 }, (_, at) => (at % 9 === 0 ? scope : all(scope, is("tenant", `t${at}`))));
    const policy = compile(setOf(rules));
    const pieces = sent(policy);
    expect(JSON.stringify(pieces.filter(({ kind }) => kind !== "frame")).split('"tag-999"')).toHaveLength(2);
    expect(join(pieces)).toEqual(policy);
  });
});
