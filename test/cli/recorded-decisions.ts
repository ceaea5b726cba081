import type { Facts } from "../../engine/evaluate/facts.js";
import { explain } from "../../engine/explain/explain.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { costOfTokensUsed } from "../../engine/rank/expected-cost.js";
import { nanoToUsd } from "../../engine/units/money.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";

/**
 * Decisions of the starter set as a server records them: the n-th has 1,000 × n tokens of prompt, every third one is tagged
 * `code`; each used half of its prompt's estimate and 200 tokens of answer at its first candidate.
 */
export async function recordedDecisions(count: number) {
  const files = await readPolicyDirectory("cli/starter");
  const { value: policy } = compilePolicy(files);
  if (policy === undefined) throw new Error("the starter set does not compile");
  const endpoints = policy.set.catalog.models.flatMap((model) => model.endpoints);
  return Array.from({ length: count }, (_, number) => {
    const facts: Facts = {
      model: "auto",
      context_tokens: 1_000 * number,
      ...(number % 3 === 0 ? { tags: ["code"] } : {}),
    };
    const id = `dec_${String(number).padStart(6, "0")}`;
    const { outcome, candidates, ...stored } = explain(policy, facts, { seed: id }, { id });
    const price = endpoints.find((endpoint) => endpoint.id === stored.chosen)?.price;
    const usage = { input_tokens: 500 * number, output_tokens: 200 };
    const cost = price === undefined ? {} : { cost_usd: nanoToUsd(costOfTokensUsed(usage, price)) };
    const attempts =
      stored.chosen === undefined ? [] : [{ endpoint: stored.chosen, status: 200, total_ms: 9, usage, ...cost }];
    return { rule: candidates.find(({ rank }) => rank === 1)?.rule ?? outcome.route.rule, ...stored, attempts };
  });
}
