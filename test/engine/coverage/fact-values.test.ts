import { expect, it } from "vitest";
import { factValues } from "../../../engine/coverage/fact-values.js";
import { policyOf } from "../analyze/harness.js";

it("takes each of a hundred thousand tags", () => {
  const tags = Array.from({ length: 130_000 }, (_, at) => `t${at}`);
  const { set } = policyOf(`- { id: listed, match: { tags: [${tags.join(", ")}] }, route: { to: [acme/small] } }`);
  // Each alone, all of them, none, and one that is not named.
  expect(factValues(set).get("tags")).toHaveLength(130_003);
});
