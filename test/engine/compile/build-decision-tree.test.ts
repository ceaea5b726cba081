import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import { generatePolicy, shapes } from "../../differential/generate-policy.js";
import { Random } from "../../differential/random.js";
import { all, any, is } from "../explain/harness.js";
import { setOf } from "./harness.js";

describe("buildDecisionTree()", () => {
  it("is the same for the same set", () => {
    for (const shape of shapes) {
      const [one, two] = [1, 1].map((seed) => buildDecisionTree(generatePolicy(new Random(seed), shape, 60)));
      expect(one).toEqual(two);
    }
  });

  it("keeps the defaults of attributes, and nothing of those without", () => {
    const attribute = { type: "string", description: "", from: { key: true }, span: is("a").span } as const;
    const { attributes } = buildDecisionTree(
      setOf(
        [],
        [
          { ...attribute, name: "attributes.a" },
          { ...attribute, name: "attributes.b", default: "x" },
        ],
      ),
    );
    expect(attributes).toEqual([{ name: "attributes.b", default: "x" }]);
  });

  it("leaves out rules that can never act", () => {
    const tree = buildDecisionTree(setOf([{ kind: "any", conditions: [], span: is("a").span }]));
    expect(tree.nodes).toHaveLength(0);
    const never = all(is("tenant", ...Array.from({ length: 40 }, (_, at) => `t${at}`)), any());
    const shared = buildDecisionTree(setOf([all(never, is("app", "a")), never]));
    expect([shared.nodes.length, shared.sharedCount]).toEqual([0, 0]);
  });
});
