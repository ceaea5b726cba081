import { describe, expect, it } from "vitest";
import { renderWhyNot } from "../../../../engine/analyze/why-not/render-why-not.js";
import { whyNot } from "../../../../engine/analyze/why-not/why-not.js";
import { decide } from "../../../../engine/evaluate/decide.js";
import type { Facts, FactValue } from "../../../../engine/evaluate/facts.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";
import { rank } from "../../../../engine/rank/rank.js";
import type { World } from "../../../../engine/rank/world.js";
import { readPolicyDirectory } from "../../../../server/policy-files/read-policy-directory.js";
import { Random } from "../../../differential/random.js";
import { compiled, policyOf } from "../harness.js";
import { scale, seed } from "../soundness.js";

const plain: Facts = {
  model: "auto",
  context_tokens: 2_000,
  stream: false,
  uses_tools: false,
  uses_vision: false,
  uses_json_schema: false,
  time: Date.UTC(2026, 10, 25, 12),
};

function chosen(policy: CompiledPolicy, facts: Facts): string | undefined {
  const outcome = decide(policy, facts);
  return outcome.denied === undefined ? rank(policy, outcome, facts, {}).attempts[0]?.endpoint.model : undefined;
}

describe("why not a model, when it is not impossible", () => {
  it("does not call impossible what a rule that goes on can come to", () => {
    const policy = policyOf(
      `
- { id: first, route: { to: [acme/large], on_exhausted: next_rule } }
- { id: rare, match: { tags: { all: [a, b, c, d] } }, route: { to: [acme/small] } }`,
      "",
      "to: [acme/open]",
    );
    const reached = { ...plain, budget_usd: 0.01, tags: ["a", "b", "c", "d"] };
    expect(chosen(policy, reached)).toBe("acme/small");
    const answer = whyNot(policy, plain, {}, "acme/small");
    expect(answer.client_can).not.toBe("impossible");
    expect(answer.rules).toMatchObject([
      {
        rule: "rare",
        blocked_by: [
          { what: "tags has all of a, b, c, d" },
          { what: "rule first", detail: "stands above and is asked first; it goes on when exhausted" },
        ],
      },
    ]);
  });

  it("does not call impossible what only a field of this request leaves out", () => {
    const policy = policyOf("");
    const incapable = { "acme/large@far": "asks for logprobs" };
    expect(whyNot(policy, plain, { incapable }, "acme/large").client_can).toBe("not found");
    expect(whyNot(policy, plain, { no_credentials: ["far"] }, "acme/large").client_can).toBe("impossible");
  });

  it("proves it when what an expression reads is the key's, and fixed", () => {
    const policy = policyOf(
      `- { id: odd, match: { logic: { in: [e, { var: attributes.team }] } }, route: { to: [acme/open] } }`,
    );
    expect(whyNot(policy, { ...plain, "attributes.team": "navy" }, {}, "acme/open").client_can).toBe("impossible");
    expect(whyNot(policy, plain, {}, "acme/open").client_can).toBe("impossible");
  });
});

describe("changes of many facts", () => {
  it("are found where a fact must be left out among them", () => {
    const policy = policyOf(`
- { id: rare, match: { tags: { all: [a, b, c, d] }, budget_usd: { present: false } }, route: { to: [acme/open] } }`);
    const answer = whyNot(policy, { ...plain, budget_usd: 1 }, {}, "acme/open");
    expect(answer.by_client.map(({ changes }) => changes.map(({ fact, to }) => [fact, to]))).toEqual([
      [
        ["tags", "{a, b, c, d}"],
        ["budget_usd", "absent"],
      ],
    ]);
  });

  it("say nothing of what the client cannot change", () => {
    const policy = policyOf(`
- { id: rare, match: { tenant: { not: [x, y] }, tags: { all: [a, b, c, d] } }, route: { to: [acme/open] } }
- { id: odd, match: { logic: { "==": [{ var: tenant }, acme] } }, deny: "no" }`);
    const answer = whyNot(policy, { ...plain, tenant: "acme-two" }, {}, "acme/open");
    expect(answer.by_client.map(({ changes }) => changes.map(({ fact }) => fact))).toEqual([["tags"]]);
  });
});

describe("rules out of reach", () => {
  it("are those that the client's changes cannot make choose the model", () => {
    const policy = policyOf(
      `
- { id: theirs, match: { tenant: other }, route: { to: [acme/large] } }
- { id: asked, match: { tags: [code] }, route: { to: [acme/large] } }
- { id: covered, match: { tags: { all: [code, sql] } }, route: { to: [acme/large] } }`,
      "",
      "to: [acme/small]",
    );
    const { rules } = whyNot(policy, { ...plain, tenant: "ours" }, {}, "acme/large");
    expect(rules.map(({ rule, out_of_reach }) => [rule, out_of_reach])).toEqual([
      ["theirs", true],
      ["asked", undefined],
      ["covered", true],
    ]);
  });
});

describe("that no smaller change does it", () => {
  const changesOf = (policy: CompiledPolicy, facts: Facts, model: string, world: World = {}) => {
    const { by_client, is_smallest } = whyNot(policy, facts, world, model);
    return { is_smallest, first: by_client[0]?.changes.map(({ fact, to }) => `${fact} ${to}`) };
  };

  it("is proved for the shipped policies, with their patterns and their expression", async () => {
    const policy = compiled(await readPolicyDirectory("policies"));
    expect(changesOf(policy, { ...plain, tags: ["code"] }, "google/gemini-2.5-flash")).toMatchObject({
      is_smallest: true,
      first: expect.objectContaining({ length: 2 }),
    });
    // The cohort is met: one change in place of two.
    expect(changesOf(policy, { ...plain, tags: ["code"] }, "openai/gpt-6-sol")).toEqual({
      is_smallest: true,
      first: ["attributes.cohort 10"],
    });
  });

  it("is proved beside expressions that send no request to the model, whatever they come to", () => {
    const expression = `logic: { "==": [{ "%": [{ var: attributes.risk }, 7] }, 9] }`;
    const rule = "{ id: two, match: { app: x, stream: true }, route: { to: [acme/open] } }";
    const beside = policyOf(`- { id: odd, match: { ${expression} }, route: { to: [acme/small] } }\n- ${rule}`);
    expect(changesOf(beside, plain, "acme/open")).toEqual({ is_smallest: true, first: ["app x", "stream true"] });
    const open = policyOf(
      `- { id: odd, match: { ${expression}, uses_tools: false }, route: { to: [acme/open] } }\n- ${rule}`,
    );
    expect(changesOf(open, plain, "acme/open").is_smallest).toBe(false);
    // All that the expression reads is as it is: it is false.
    const keys = policyOf(
      `- { id: odd, match: { logic: { "==": [{ var: key }, k] } }, route: { to: [acme/open] } }\n- ${rule}`,
    );
    expect(changesOf(keys, { ...plain, key: "other" }, "acme/open").is_smallest).toBe(true);
  });

  it("finds the size at which another model is the cheaper one", () => {
    const sizes = policyOf(
      "",
      "",
      "to: [acme/a, acme/b], strategy: cheapest",
      `  acme/a: { context_window: 100k, price: { input: 1, output: 20 }, endpoints: [{ provider: near, model: a }] }
  acme/b: { context_window: 100k, price: { input: 2, output: 10 }, endpoints: [{ provider: near, model: b }] }
`,
    );
    const facts = { ...plain, context_tokens: 50_000, max_output_tokens: 1_000 };
    expect(changesOf(sizes, facts, "acme/b")).toEqual({ is_smallest: true, first: ["max_output_tokens 5,001"] });
  });
});

describe("why not a model", () => {
  const policy = policyOf(`
- { id: code, match: { tags: [code] }, route: { to: [acme/small, acme/large] } }
- { id: long, match: { context_tokens: { gte: 20k }, attributes.team: red }, route: { to: [acme/large] } }
- { id: loud, match: { tags: [loud] }, route: { to: [acme/large], fallback: [acme/small] } }
- { id: secret, match: { tags: { present: true, any: [secret] } }, deny: "no" }`);

  it("says for each rule what keeps it from choosing it, and the smallest changes, tried", () => {
    const answer = whyNot(policy, { ...plain, tags: ["code"] }, {}, "acme/large");
    expect(renderWhyNot(answer)).toBe(
      `
acme/large is not chosen; acme/small@near is

what keeps each rule from choosing it
  code     policy.yaml:9   candidate  rank: number 2: it comes after, by order, acme/small@near
  long     policy.yaml:10  candidate  context_tokens ≥ 20,000: is not so: 2,000, short by 18,000
                                      rule code: stands above and takes the request
  loud     policy.yaml:11  candidate  tags has loud: is not so: {code}
                                      rule code: stands above and takes the request
  default  policy.yaml:14  candidate  rule code: stands above and takes the request
                                      rank: number 2: it comes after, by order, acme/small@near

smallest changes by the client, each tried
  1  context_tokens 2,000 → 32,001: acme/large@far by rule code ($0.34049)
  2  max_output_tokens absent → 4,001: acme/large@far by rule code ($0.10002)
  3  uses_vision false → true: acme/large@far by rule code ($0.04048)

by asking for it alone, as it is one of the candidates
  body models ["acme/large"]: acme/large@far by rule code ($0.04048)

with what only a key, the operator or the clock can change
  1  tags {code} → absent and context_tokens 2,000 → 20,000 and attributes.team absent → red: acme/large@far by rule
     long ($0.22048)

how a client sends them
  context_tokens     the prompt, or header x-route-context-tokens
  max_output_tokens  body max_tokens
  uses_vision        an image in a message
  tags               header x-route-tags`.trimStart(),
    );
  });

  it("says where asking for the model alone does it, also where no fact can", () => {
    const alike = policyOf("", "", "to: [acme/large, acme/small]");
    const world = { hint_excluded_by: { "models: acme/large": ["acme/small@near", "acme/open@near"] } };
    const answer = whyNot(alike, { ...plain, uses_vision: true }, {}, "acme/small");
    expect(answer.by_asking).toBeUndefined();
    expect(whyNot(alike, plain, world, "acme/small").by_asking).toMatchObject({
      models: ["acme/small"],
      rule: "default",
      endpoint: "acme/small@near",
      cost_usd: expect.any(Number),
    });
    // The model that the body names is kept, and stands first.
    expect(whyNot(alike, { ...plain, model: "acme/large" }, {}, "acme/small").by_asking).toBeUndefined();
    const guarded = policyOf(
      `- { id: no, match: { model: acme/small }, deny: "no" }`,
      "",
      "to: [acme/large, acme/small]",
    );
    expect(whyNot(guarded, plain, {}, "acme/small").by_asking).toBeUndefined();
    const refused = policyOf(`- { id: no, match: { stream: false }, deny: "no" }`, "", "to: [acme/large, acme/small]");
    expect(whyNot(refused, plain, {}, "acme/small").by_asking).toBeUndefined();
  });

  it("keeps apart what only a key can change", () => {
    const strict = policyOf(
      `
- { id: reds, match: { attributes.team: red }, route: { to: [acme/large] } }`,
      "",
      "to: [acme/small]",
    );
    const answer = whyNot(strict, plain, {}, "acme/large");
    expect(answer.by_client).toEqual([]);
    expect(answer.client_can).toBe("impossible");
    expect(answer.by_operator.map(({ changes }) => changes)).toEqual([
      [{ fact: "attributes.team", from: "absent", to: "red" }],
    ]);
    expect(renderWhyNot(answer)).toContain(
      "no change of its facts can: proved over all requests with these keys and this time",
    );
  });

  it("tries a change of one fact however many there are, before those of two", () => {
    const many = Array.from({ length: 120 }, (_, number) => `t${number}`).join(", ");
    const wide = policyOf(`
- { id: pair, match: { stream: true, app: x }, route: { to: [acme/open, acme/large] } }
- { id: tags, match: { tags: [${many}] }, route: { to: [acme/small] } }
- { id: one, match: { tags: [last] }, route: { to: [acme/open, acme/large] } }`);
    const answer = whyNot(wide, plain, {}, "acme/open");
    expect(answer.is_smallest).toBe(true);
    expect(answer.by_client.map(({ changes }) => changes.map(({ fact, to }) => `${fact} ${to}`))).toEqual([
      ["tags {last}"],
      ["app x", "stream true"],
    ]);
  });

  it("tries what just suffices for the model: a budget, a latency, the room that is left", () => {
    const other = policyOf("", "", "to: [acme/large, acme/small]");
    const facts = { ...plain, context_tokens: 20_000, max_output_tokens: 3_000 };
    const shown = (of: CompiledPolicy, given: Facts, model: string, world: World = {}) =>
      whyNot(of, given, world, model).by_client.map(({ changes }) =>
        changes.map(({ fact, to }) => `${fact} ${to}`).join(),
      );
    expect(shown(other, { ...facts, budget_usd: 5 }, "acme/small")).toContain("budget_usd 0.026");
    expect(
      shown(other, facts, "acme/small", { latency_ms: { "acme/large@far": 900, "acme/small@near": 300.5 } }),
    ).toEqual(expect.arrayContaining(["max_latency_ms 301", "budget_usd 0.026"]));
    expect(shown(policyOf(""), facts, "acme/large")).toContain("context_tokens 29,001");
    // 2,000 tokens cost $0.002, so of $0.004 the small model has 1,000 tokens to answer with.
    const limited = policyOf(
      `- { id: cheap, route: { to: [acme/small], max_cost_usd: 0.004, on_exhausted: next_rule } }`,
      "",
      "to: [acme/large]",
    );
    expect(shown(limited, { ...plain, max_output_tokens: 10 }, "acme/large")).toContain("max_output_tokens 1,001");
  });

  it("does not ask for an answer or a prompt of no tokens: over HTTP `max_tokens: 0` sets no limit", () => {
    const free = policyOf(`- { id: free, route: { to: [acme/large], fallback: [acme/open], max_cost_usd: 0 } }`);
    expect(whyNot(free, plain, {}, "acme/large")).toMatchObject({ by_client: [], client_can: "impossible" });
  });

  it("says when a smaller change may be there: an expression that was not met", () => {
    const odd = policyOf(`
- { id: odd, match: { logic: { "==": [{ "%": [{ var: attributes.risk }, 7] }, 9] } }, route: { to: [acme/open] } }
- { id: two, match: { app: x, stream: true }, route: { to: [acme/open] } }`);
    const answer = whyNot(odd, plain, {}, "acme/open");
    expect(answer).toMatchObject({ client_can: "found", is_smallest: false });
    expect(renderWhyNot(answer)).toContain("changes by the client, each tried; that none is smaller is not proved");
  });

  it("leaves it to the operator to take away a tag of the key", () => {
    const tagged = policyOf(
      `- { id: pii, match: { tags: [pii] }, route: { to: [acme/small] } }`,
      "",
      "to: [acme/large]",
    );
    const answer = whyNot(tagged, { ...plain, tags: ["pii", "x"], key_tags: ["pii"] }, {}, "acme/large");
    expect(answer.by_client).toEqual([]);
    expect(answer.by_operator.map(({ changes }) => changes)).toEqual([[{ fact: "tags", from: "{pii, x}", to: "{x}" }]]);
    expect(whyNot(tagged, { ...plain, tags: ["pii"] }, {}, "acme/large").by_client).not.toEqual([]);
  });

  it("puts last, and names as such, what gets a request out of a guard by what it says of itself", () => {
    const guarded = policyOf(
      `
- { id: eu-only, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }
- { id: low-risk, match: { attributes.risk: { present: true, gte: 5 } }, require: { region: [eu] } }
- { id: no-small-budget, match: { budget_usd: { present: false } }, deny: "say a budget" }`,
      "",
      "to: [acme/large, acme/small]",
    );
    const ask = (facts: Facts) => {
      return whyNot(guarded, { ...plain, ...facts }, {}, "acme/large").by_client.map(({ changes, avoids_guards }) => [
        changes.map(({ fact, to }) => `${fact} ${to}`).join(),
        avoids_guards,
      ]);
    };
    expect(ask({ budget_usd: 1, tags: ["pii", "x"] })).toEqual([["tags {x}", ["eu-only"]]]);
    expect(ask({ budget_usd: 1, "attributes.risk": 9 })).toEqual([["attributes.risk 1", ["low-risk"]]]);
    // What is asked for is no claim: to give a budget is what the guard wants.
    expect(ask({})).toEqual([["budget_usd 0.04048", undefined]]);
    expect(renderWhyNot(whyNot(guarded, { ...plain, budget_usd: 1, tags: ["pii"] }, {}, "acme/large"))).toContain(
      "tags {pii} → absent: acme/large@far by the default route ($0.04048); avoids guard eu-only: right only if what the\n" +
        "     request then says is true",
    );
  });

  it("looks further than what gets a request out of a guard", () => {
    const either = policyOf(
      `
- { id: eu-only, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }
- { id: two, match: { app: x, stream: true }, route: { to: [acme/small] } }
- { id: pii, match: { tags: { present: true, any: [pii] } }, route: { to: [acme/open] } }`,
      "",
      "to: [acme/small]",
    );
    const answer = whyNot(either, { ...plain, tags: ["pii"] }, {}, "acme/small");
    expect(answer.by_client.map(({ changes }) => changes.map(({ fact, to }) => `${fact} ${to}`))).toEqual([
      ["app x", "stream true"],
      ["tags absent"],
    ]);
    expect(answer.is_smallest).toBe(true);
  });

  it("proposes that the client leave out a hint of its own, and takes what it names for one of its `models`", () => {
    const world = {
      hint_excluded_by: { "provider.only: near": ["acme/large@far"], "models: acme/small": ["acme/large@far"] },
    };
    const strict = policyOf("", "", "to: [requested, acme/large]");
    const answer = whyNot(strict, plain, world, "acme/large");
    expect(answer.is_smallest).toBe(true);
    expect(answer.by_client.map(({ changes }) => changes)).toEqual([
      [
        { fact: "model", from: "auto", to: "acme/large", sent_as: "body model" },
        { fact: "provider.only", from: "near", to: "left out" },
      ],
      [
        { fact: "provider.only", from: "near", to: "left out" },
        { fact: "models", from: "acme/small", to: "left out" },
      ],
    ]);
    expect(renderWhyNot(answer)).toContain("provider.only near → left out");
    const alone = { hint_excluded: ["acme/large"] };
    expect(whyNot(strict, plain, alone, "acme/large").by_client[0]?.changes).toEqual([
      { fact: "hint_excluded", from: "as sent", to: "left out" },
    ]);
  });

  it("proposes that the client leave out a fact that it sent", () => {
    const cheap = policyOf("", "", "to: [acme/large]");
    const answer = whyNot(cheap, { ...plain, budget_usd: 0.001 }, {}, "acme/large");
    const changed = answer.by_client.flatMap(({ changes }) => changes.map(({ fact, to }) => `${fact} ${to}`));
    expect(changed).toEqual(["budget_usd 0.04048"]);
    const either = policyOf(
      "- { id: any, match: { budget_usd: { present: true } }, route: { to: [acme/small] } }",
      "",
      "to: [acme/large]",
    );
    expect(whyNot(either, { ...plain, budget_usd: 1 }, {}, "acme/large").by_client[0]?.changes).toEqual([
      { fact: "budget_usd", from: "1", to: "absent", sent_as: "header x-route-budget-usd" },
    ]);
  });

  it("says what of keys and providers stands against it", () => {
    const servers = policyOf("", "", "to: [acme/large, acme/small]");
    const changes = (world: World) =>
      whyNot(servers, plain, world, "acme/large").by_operator.map(({ changes: all }) =>
        all.map(({ fact, from, to }) => `${fact} ${from} → ${to}`).join(" and "),
      );
    expect(changes({ down: ["far"] })).toEqual(["circuit of far open → closed"]);
    expect(changes({ rate_limited: ["acme/large@far"] })).toEqual(["rate limit of acme/large@far reached → over"]);
    expect(changes({ no_credentials: ["far"] })).toEqual(["API key of far not set → set"]);
    expect(changes({ allowed: ["near"] })).toEqual(["models of the API key without acme/large → with acme/large"]);
    expect(changes({ allowed: ["near"], down: ["far"] })).toEqual([
      "circuit of far open → closed and models of the API key without acme/large → with acme/large",
    ]);
  });

  it("says that a model that is down cannot be reached by hints", () => {
    const answer = whyNot(policy, plain, { down: ["far"] }, "acme/large");
    expect(answer.client_can).toBe("impossible");
    expect(answer.rules[0]?.blocked_by.at(-1)).toEqual({
      what: "circuit_open",
      detail: "acme/large@far: the circuit of far is open",
    });
  });

  it("says when it is chosen already, and when no rule has it", () => {
    expect(renderWhyNot(whyNot(policy, plain, {}, "acme/small"))).toBe("acme/small is chosen already: acme/small@near");
    const answer = whyNot(policy, plain, {}, "acme/open");
    expect(answer).toMatchObject({ rules: [], client_can: "impossible" });
    expect(renderWhyNot(answer)).toContain("no rule has it among its candidates");
  });
});

describe("the changes that are shown", () => {
  it("choose the model, need each of their parts, and are not there when it is proved that none is", {
    timeout: 300_000 * Math.max(1, scale),
  }, async () => {
    const policy = compiled(await readPolicyDirectory("policies"));
    const models = policy.set.catalog.models.map(({ id }) => id);
    const random = new Random(seed + 4);
    const counts = { seed: seed + 4, questions: 0, changes: 0, impossible: 0, open: 0, tried: 0 };
    const faults: string[] = [];
    for (let question = 0; question < 12 * scale; question++) {
      const facts = { ...plain, ...randomClientFacts(random), ...randomKeyFacts(random) } as Facts;
      const model = random.pick(models);
      const answer = whyNot(policy, facts, {}, model);
      counts.questions++;
      if (answer.is_chosen) continue;
      for (const change of [...answer.by_client, ...answer.by_operator]) {
        counts.changes++;
        if (chosen(policy, change.facts) !== model)
          faults.push(`${model}: ${JSON.stringify(change.changes)} does not choose it`);
      }
      if (answer.client_can === "not found") counts.open++;
      if (answer.client_can !== "impossible") continue;
      counts.impossible++;
      for (let tried = 0; tried < 300; tried++) {
        counts.tried++;
        const other = { ...facts, ...randomClientFacts(random), ...(random.chance(0.5) ? { model } : {}) } as Facts;
        if (chosen(policy, other) === model) faults.push(`${model}: ${JSON.stringify(other)} chooses it`);
      }
    }
    console.log(`why not: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 3)).toEqual([]);
    expect(counts.changes).toBeGreaterThan(5);
  });
});

function randomClientFacts(random: Random): Record<string, FactValue> {
  const facts: Record<string, FactValue> = {};
  const maybe = (name: string, value: () => FactValue) => {
    if (random.chance(0.3)) facts[name] = value();
  };
  maybe("tags", () => random.some(["code", "sql", "pii", "review", "rerank", "answer", "cited"], 3));
  maybe("budget_usd", () => random.pick([0.0001, 0.0015, 0.002, 0.05, 1]));
  maybe("max_latency_ms", () => random.pick([800, 1_499, 1_500]));
  maybe("priority", () => random.pick(["batch", "interactive"]));
  maybe("app", () => random.pick(["cron-x", "search-web", "other"]));
  maybe("uses_tools", () => true);
  maybe("uses_vision", () => true);
  maybe("uses_json_schema", () => true);
  maybe("max_output_tokens", () => random.pick([16, 8_000, 40_000, 200_000]));
  maybe("context_tokens", () => random.pick([10, 199_999, 200_000, 900_000]));
  maybe("attributes.cohort", () => random.pick([10, 11]));
  return facts;
}

function randomKeyFacts(random: Random): Record<string, FactValue> {
  return {
    ...(random.chance(0.3) ? { tenant: random.pick(["search", "other"]) } : {}),
    ...(random.chance(0.5) ? { "attributes.plan": random.pick(["free", "pro"]) } : {}),
    ...(random.chance(0.4) ? { "attributes.data_class": random.pick(["public", "internal"]) } : {}),
  };
}
