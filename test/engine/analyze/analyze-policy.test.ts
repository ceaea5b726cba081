import { describe, expect, it } from "vitest";
import { analyzePolicy } from "../../../engine/analyze/analyze-policy.js";
import { anyRequests } from "../../../engine/analyze/space/request-assumptions.js";
import { renderDiagnostics } from "../../../engine/diagnostics/render-diagnostics.js";
import { decide } from "../../../engine/evaluate/decide.js";
import { rank } from "../../../engine/rank/rank.js";
import type { World } from "../../../engine/rank/world.js";
import { expectFindings, findings, policyOf } from "./harness.js";

const both = "route: { to: [acme/small, acme/large] }";
const swapped = "route: { to: [acme/large, acme/small] }";

describe("rules that never decide", () => {
  it("are found when one rule above covers them", () => {
    expectFindings(`
- { id: code, match: { tags: [code, sql] }, ${both} }
- { id: sql, match: { tags: [sql], context_tokens: { lt: 1k } }, ${swapped} }`).toEqual([
      "10 RW2001 rule `sql` can never decide a request: `code` takes every request that it matches",
    ]);
  });

  it("are found when several rules above cover them together", () => {
    expectFindings(`
- { id: short, match: { context_tokens: { lt: 10k } }, ${both} }
- { id: streamed, match: { stream: true }, ${both} }
- { id: long, match: { context_tokens: { gte: 10k }, stream: false }, ${both} }
- { id: code, match: { tags: [code] }, ${swapped} }`).toEqual([
      "12 RW2001 rule `code` can never decide a request: `short`, `streamed` and `long` together take every request that it matches",
    ]);
  });

  it("are shown with who takes their requests, and whether otherwise", () => {
    const policy = policyOf(`
- { id: eu, match: { region: eu }, ${both} }
- { id: code, match: { tags: [code] }, ${swapped} }
- { id: sql, match: { tags: { all: [code, sql] } }, ${both} }`);
    expect(renderDiagnostics(analyzePolicy(policy), policy.files)).toBe(
      `
policy.yaml:11:5: warning[RW2001]: rule \`sql\` can never decide a request: \`code\` takes every request that it matches
  10 |   - { id: code, match: { tags: [code] }, route: { to: [acme/large, acme/small] } }
  11 |   - { id: sql, match: { tags: { all: [code, sql] } }, route: { to: [acme/small, acme/large] } }
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  policy.yaml:10:5: \`code\` covers it alone, and routes them otherwise
   9 |   - { id: eu, match: { region: eu }, route: { to: [acme/small, acme/large] } }
  10 |   - { id: code, match: { tags: [code] }, route: { to: [acme/large, acme/small] } }
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: move \`sql\` above \`code\`, or narrow that rule, or remove \`sql\``.trimStart(),
    );
  });

  it("are not reported when they are asked after a rule above that goes on", () => {
    const first = `- { id: first, route: { to: [acme/small, acme/open], on_exhausted: next_rule } }`;
    expectFindings(`
${first}
- { id: tools, match: { uses_tools: true }, ${both} }`).toEqual([]);
    expectFindings(first, { all: true }).toEqual([]);
    expectFindings(`
${first}
- { id: rest, ${both} }
- { id: tools, match: { uses_tools: true }, ${swapped} }`).toEqual([
      "11 RW2001 rule `tools` can never decide a request: `rest` takes every request that it matches",
    ]);
  });

  it("are not said to have candidates that never serve, when what went on comes to them", () => {
    // Of what `long` decides itself nothing fits the small model; what `streamed` passes on does.
    expectFindings(`
- { id: streamed, match: { context_tokens: { lt: 40k } }, route: { to: [acme/open, acme/large], on_exhausted: next_rule } }
- { id: any, match: { stream: true }, ${both} }`).toEqual([]);
  });

  it("are not reported when one request is left, at the very edge", () => {
    expectFindings(`
- { id: short, match: { context_tokens: { lt: 10k } }, ${both} }
- { id: long, match: { context_tokens: { gt: 10k } }, ${both} }
- { id: edge, match: { context_tokens: 10k }, ${swapped} }`).toEqual([]);
  });

  it("count tokens as whole, money as nano-dollars, and risk as any number", () => {
    expectFindings(`
- { id: below, match: { context_tokens: { lte: 9999 } }, ${both} }
- { id: above, match: { context_tokens: { gte: 10000 } }, ${both} }
- { id: never, match: { budget_usd: 1 }, ${swapped} }`).toEqual([
      "11 RW2001 rule `never` can never decide a request: `below` and `above` together take every request that it matches",
    ]);
    expectFindings(`
- { id: below, match: { attributes.risk: { lte: 0.1 } }, ${both} }
- { id: above, match: { attributes.risk: { gte: 0.2 } }, ${both} }
- { id: between, match: { attributes.risk: { gte: 0 } }, ${swapped} }`).toEqual([]);
  });

  it("know that an absent fact makes no route true", () => {
    expectFindings(`
- { id: has, match: { tags: { any: [code] } }, ${both} }
- { id: has-not, match: { tags: { none: [code] } }, ${both} }
- { id: rest, ${swapped} }`).toEqual([]);
    expectFindings(`
- { id: has, match: { stream: true }, ${both} }
- { id: has-not, match: { stream: false }, ${both} }
- { id: rest, ${swapped} }`).toEqual([
      "11 RW2001 rule `rest` can never decide a request: `has` and `has-not` together take every request that it matches",
    ]);
  });

  it("take no fact for granted when asked not to", () => {
    expectFindings(
      `
- { id: has, match: { stream: true }, ${both} }
- { id: has-not, match: { stream: false }, ${both} }
- { id: rest, ${swapped} }`,
      { assumptions: anyRequests },
    ).toEqual([]);
  });

  it("know which texts fit a pattern", () => {
    expectFindings(`
- { id: gpt, match: { app: { prefix: gpt- } }, ${both} }
- { id: mini, match: { app: { glob: "gpt-*-mini" } }, ${swapped} }
- { id: four, match: { app: gpt-4 }, ${swapped} }
- { id: other, match: { app: { glob: "*-mini" } }, ${swapped} }`).toEqual([
      "10 RW2001 rule `mini` can never decide a request: `gpt` takes every request that it matches",
      "11 RW2001 rule `four` can never decide a request: `gpt` takes every request that it matches",
    ]);
  });

  it("find a text for each of very many patterns", () => {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const rules = Array.from({ length: 30 }, (_, at) => {
      const pattern = `*${letters[at % 26]}*${letters[(at * 7) % 26]}${at + 10}*`;
      return `- { id: g${at}, match: { app: { glob: "${pattern}" } }, ${both} }`;
    });
    const many = (last: string) => `${rules.join("\n")}\n- { id: last, match: { app: ${last} }, ${swapped} }`;
    expectFindings(many('{ glob: "q*q" }')).toEqual([]);
    expectFindings(many('[aa10, "a-a10"]')).toEqual([
      "39 RW2001 rule `last` can never decide a request: `g0` takes every request that it matches",
    ]);
  });

  it("answer of lists of a hundred thousand values, or say that they are too long", () => {
    const list = `[${Array.from({ length: 130_000 }, (_, at) => `t${at}`).join(", ")}]`;
    expectFindings(`
- { id: listed, match: { tenant: ${list} }, ${both} }
- { id: some, match: { tags: ${list} }, ${swapped} }`).toEqual([
      "10 RW2301 it is not decided whether rule `some` ever decides a request: its condition has too many combinations",
    ]);
  });

  it("know the clocks of two zones", () => {
    // Nine in New York is 14:00 or 15:00 in Berlin; eleven at night in Tokyo is 15:00 or 16:00.
    expectFindings(`
- { id: berlin, match: { time: { from: "14:00", to: "15:01", tz: Europe/Berlin } }, ${both} }
- { id: new-york, match: { time: { from: "09:00", to: "09:01", tz: America/New_York } }, ${swapped} }
- { id: tokyo, match: { time: { from: "23:00", to: "23:01", tz: Asia/Tokyo } }, ${swapped} }`).toEqual([
      "10 RW2001 rule `new-york` can never decide a request: `berlin` takes every request that it matches",
    ]);
  });

  it("try logic on the few values it can read, and take it for open elsewhere", () => {
    expectFindings(`
- { id: free, match: { attributes.plan: free }, ${both} }
- { id: same, match: { logic: { "==": [{ var: attributes.plan }, free] } }, ${swapped} }
- { id: odd, match: { logic: { "==": [{ "%": [{ var: attributes.risk }, 2] }, 1] } }, ${swapped} }
- { id: odd-again, match: { logic: { "==": [{ "%": [{ var: attributes.risk }, 2] }, 1] } }, ${both} }
- { id: impossible, match: { logic: { "==": [{ "*": [{ var: attributes.risk }, { var: attributes.risk }] }, -1] } }, ${both} }`).toEqual(
      [
        "10 RW2001 rule `same` can never decide a request: `free` takes every request that it matches",
        "12 RW2001 rule `odd-again` can never decide a request: `odd` takes every request that it matches",
        "13 RW2301 it is not decided whether rule `impossible` ever decides a request",
      ],
    );
  });

  it("among deny rules, and the default route, are told only when all is asked for", () => {
    const rules = `
- { id: refuse, match: { model: [a, b] }, deny: "no" }
- { id: refuse-a, match: { model: a }, deny: "not a" }
- { id: rest, ${both} }`;
    expectFindings(rules).toEqual([]);
    expectFindings(rules, { all: true }).toEqual([
      "10 RW2003 rule `refuse-a` can never be the one reported: `refuse` takes every request that it matches",
      "13 RW2004 the default route is never used: the rules above take every request",
    ]);
  });
});

describe("rules whose requests are all denied", () => {
  it("are found, wherever the deny rule stands", () => {
    expectFindings(`
- { id: streams, match: { stream: true }, ${both} }
- { id: no-streams, match: { stream: true }, deny: "no streams" }`).toEqual([
      "9 RW2002 rule `streams` never routes a request: `no-streams` refuses every request that it decides",
    ]);
  });
});

describe("conditions", () => {
  it("that cannot be true are found, as a whole and in one alternative", () => {
    expectFindings(`
- { id: never, match: { all: [{ context_tokens: { lt: 1k } }, { context_tokens: { gte: 1k } }] }, ${both} }
- { id: partly, match: { stream: true, any: [{ stream: false }, { tags: [code] }] }, ${both} }
- { id: negative, match: { context_tokens: { lt: 0 } }, ${both} }
- { id: fine, match: { any: [{ tags: [code] }, { tags: [sql] }] }, ${both} }
- { id: nested, match: { stream: true, any: [{ stream: false, any: [{ tags: [sql] }, { tags: [pii] }] }, { tags: [k] }] }, ${both} }
- { id: inner, match: { stream: true, any: [{ tags: [x], any: [{ stream: false }, { tags: [y] }] }, { tags: [z] }] }, ${both} }`).toEqual(
      [
        "9 RW2101 the condition of rule `never` can never be true",
        "10 RW2102 this alternative of rule `partly` can never be true: stream = false",
        "11 RW2101 the condition of rule `negative` can never be true",
        "13 RW2102 this alternative of rule `nested` can never be true: stream = false and (tags has sql or tags has pii)",
        "14 RW2102 this alternative of rule `inner` can never be true: stream = false",
      ],
    );
  });
});

describe("guards that act on absence", () => {
  it("are found, with the facts that may be absent", () => {
    expectFindings(`
- { id: tagged, match: { tags: [pii] }, deny: "no" }
- { id: present, match: { tags: { present: true, any: [pii] } }, deny: "no" }
- { id: defaulted, match: { attributes.plan: free }, require: { region: [eu] } }
- { id: always-there, match: { context_tokens: { gte: 1M } }, deny: "no" }
- { id: two, match: { region: us, attributes.risk: { gte: 1 } }, deny: "no" }`).toEqual([
      "9 RW2103 guard `tagged` acts on requests without `tags` too: guards fail closed",
      "13 RW2103 guard `two` acts on requests without `region` or `attributes.risk` too: guards fail closed",
    ]);
  });

  it("of a text that is compared with a value say what can be written: `present` has no place beside it", () => {
    const helps = (rules: string) => analyzePolicy(policyOf(rules)).map(({ help }) => help);
    const rule = (more = "") => `- { id: a, match: { tenant: x${more} }, require: { region: [eu] } }`;
    expect(helps(rule())).toEqual([
      "write `all: [{ tenant: { present: true } }]` beside it if absence should not count, or `# policy-ignore RW2103: reason` above the rule if it should",
    ]);
    expect(helps(rule(", all: [{ tenant: { present: true } }]"))).toEqual([]);
    const both = "all: [{ tenant: { present: true }, priority: { present: true } }]";
    expect(helps(rule(", priority: batch"))).toEqual([expect.stringContaining(`write \`${both}\` beside it`)]);
    expect(helps(rule(`, priority: batch, ${both}`))).toEqual([]);
  });

  it("are not told of where no request makes their `logic` come out so", () => {
    const logic = (operator: string, tokens: number) =>
      `{ logic: { "${operator}": [{ var: context_tokens }, ${tokens}] } }`;
    const guard = (below: number) =>
      `- { id: odd, match: { all: [${logic(">", 5_000)}, ${logic("<", below)}], tenant: x }, deny: "no" }`;
    expectFindings(guard(3_000)).toEqual(["9 RW2301 it is not decided whether rule `odd` ever decides a request"]);
    expectFindings(guard(7_000)).toEqual([
      "9 RW2103 guard `odd` acts on requests without `tenant` too: guards fail closed",
    ]);
  });

  it("say when they act on nothing else", () => {
    expectFindings(`
- { id: odd, match: { tags: { all: [a], none: [a] } }, deny: "no" }`).toEqual([
      "9 RW2103 guard `odd` acts on requests without `tags` too, and on no other: guards fail closed",
    ]);
  });
});

describe("overlaps", () => {
  it("of one rule with several are one finding: three are shown with an example, the others named", () => {
    const below = (id: string, fact: string) => `- { id: ${id}, match: { ${fact} }, ${swapped} }`;
    const rules = `
- { id: code, match: { tags: [code] }, ${both} }
${below("a", "region: eu")}
${below("b", "user: u")}
${below("c", "session: s")}
${below("d", "app: a")}`;
    const [first] = analyzePolicy(policyOf(rules), { all: true });
    expect(first).toMatchObject({
      code: "RW2104",
      message: "rule `code` takes requests that 4 rules below would route differently",
      related: [
        { note: expect.stringMatching(/^`a`: for example .*region eu/) },
        { note: expect.stringMatching(/^`b`: for example .*user u/) },
        { note: expect.stringMatching(/^`c`: for example .*session s/) },
      ],
      help: "the same is true of `d`",
    });
  });

  it("are not told of `logic` that no request meets together", () => {
    const logic = (operator: string, tokens: number) =>
      `logic: { "${operator}": [{ var: context_tokens }, ${tokens}] }`;
    expectFindings(
      `
- { id: long, match: { ${logic(">", 5_000)} }, ${both} }
- { id: short, match: { ${logic("<", 3_000)} }, ${swapped} }
- { id: middle, match: { ${logic("<", 7_000)}, stream: true }, ${swapped} }`,
      { all: true },
    ).toEqual(["9 RW2104 rule `long` takes requests that rule `middle` would route differently"]);
  });

  it("are told when all is asked for, unless one rule contains the other or the routes are the same", () => {
    const rules = `
- { id: code, match: { tags: [code] }, ${both} }
- { id: long, match: { context_tokens: { gte: 10k } }, ${swapped} }
- { id: long-code, match: { tags: [code], context_tokens: { gte: 20k } }, ${both} }`;
    expectFindings(rules).toEqual([
      "11 RW2001 rule `long-code` can never decide a request: `code` takes every request that it matches",
    ]);
    expectFindings(rules, { all: true }).toEqual([
      "9 RW2104 rule `code` takes requests that rule `long` would route differently",
      "11 RW2001 rule `long-code` can never decide a request: `code` takes every request that it matches",
    ]);
  });

  it("are not told of when every request that both match is denied", () => {
    expectFindings(
      `
- { id: code, match: { tags: [code] }, ${both} }
- { id: long, match: { context_tokens: { gte: 10k } }, ${swapped} }
- { id: no-long-code, match: { tags: { present: true, any: [code] }, context_tokens: { gte: 10k } }, deny: "no" }`,
      { all: true },
    ).toEqual([]);
  });
});

describe("candidates", () => {
  it("that can serve no request of their rule are found: window, capability, cost, price, requirement", () => {
    expectFindings(`
- { id: long, match: { context_tokens: { gte: 40k } }, route: { to: [acme/small, acme/large, acme/open] } }
- { id: images, match: { uses_vision: true }, route: { to: [acme/small, acme/large], fallback: [acme/open] } }
- { id: cheap, match: { budget_usd: { lt: 0.00001 } }, route: { to: [acme/small, acme/large, acme/open] } }
- { id: eu, match: { tags: [pii] }, route: { to: [acme/small, acme/large] } }
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }`).toEqual([
      "9 RW2201 `acme/small` can serve no request of rule `long` that is one prompt",
      "10 RW2201 `acme/small` can serve no request of rule `images`",
      "10 RW2201 `acme/open` can serve no request of rule `images`",
      "11 RW2201 `acme/large` can serve no request of rule `cheap`",
      "11 RW2201 `acme/open` can serve no request of rule `cheap`",
      "12 RW2201 `acme/large` can serve no request of rule `eu`",
    ]);
  });

  it("that cost something are found where only what is free may serve", () => {
    expectFindings(`- { id: free, route: { to: [acme/small, acme/large], max_cost_usd: 0 } }`).toEqual([
      "9 RW2201 `acme/small` can serve no request of rule `free`",
      "9 RW2201 `acme/large` can serve no request of rule `free`",
    ]);
  });

  it("that are selections which nothing in the catalog fits are found, whatever else the route names", () => {
    expectFindings(`
- { id: best, match: { tags: [code] }, route: { to: [{ select: { quality: { gte: 0.99 } } }] } }
- { id: near, match: { tags: [sql] }, route: { to: [acme/small, acme/large, { select: { region: [mars] } }] } }
- { id: good, match: { user: a }, route: { to: [{ select: { capabilities: [tools] } }] } }`).toEqual([
      "9 RW2201 nothing in the catalog fits this selection of rule `best`",
      "10 RW2201 nothing in the catalog fits this selection of rule `near`",
    ]);
  });

  it("of a selection in a pool are looked for where the pool stands", () => {
    const pools = "pools: { far: [{ select: { author: [nobody] } }, acme/small], near: [far, acme/large] }";
    expect(findings(policyOf(`- { id: code, match: { tags: [code] }, route: { to: [near] } }`, pools))).toEqual([
      "7 RW2201 nothing in the catalog fits this selection of pool `far`",
    ]);
  });

  it("show a request and the reason that ranking gives", () => {
    const policy = policyOf(`
- { id: long, match: { context_tokens: { gte: 40k } }, route: { to: [acme/small, acme/large] } }`);
    expect(renderDiagnostics(analyzePolicy(policy), policy.files)).toBe(
      `
policy.yaml:9:72: warning[RW2201]: \`acme/small\` can serve no request of rule \`long\` that is one prompt
  8 | rules:
  9 |   - { id: long, match: { context_tokens: { gte: 40k } }, route: { to: [acme/small, acme/large] } }
    |                                                                        ^^^^^^^^^^
  help: for example context_tokens 40,000: context_window: needs 40,000 tokens; the window is 32,000, short by 8,000 (a batch of shorter prompts, on /v1/embeddings or /v1/completions, it can serve: each is judged by itself)`.trimStart(),
    );
  });

  it("are said to serve batches where ranking says so: each prompt of one is judged by itself", () => {
    const policy = policyOf(`
- { id: long, match: { context_tokens: { gte: 40k } }, route: { to: [acme/small, acme/large] } }
- { id: answers, match: { max_output_tokens: { gte: 40k } }, route: { to: [acme/small, acme/open] } }`);
    expect(findings(policy).filter((line) => line.includes("RW2201"))).toEqual([
      "9 RW2201 `acme/small` can serve no request of rule `long` that is one prompt",
      "10 RW2201 `acme/small` can serve no request of rule `answers`",
    ]);
    const facts = { model: "auto", context_tokens: 50_000 };
    const first = (world: World) => rank(policy, decide(policy, facts), facts, world).attempts[0]?.endpoint.id;
    expect(first({})).toBe("acme/large@far");
    expect(first({ largest_prompt: 500 })).toBe("acme/small@near");
  });

  it("all at one provider are no matter of a rule that never decides", () => {
    expectFindings(`
- { id: code, match: { tags: [code] }, ${both} }
- { id: sql, match: { tags: { all: [code, sql] } }, route: { to: [acme/large] } }
- { id: never, match: { context_tokens: { gt: 1, lt: 2 } }, route: { to: [acme/large] } }`).toEqual([
      "10 RW2001 rule `sql` can never decide a request: `code` takes every request that it matches",
      "11 RW2101 the condition of rule `never` can never be true",
    ]);
  });

  it("that a guard keeps at one provider need no fallback at another", () => {
    expectFindings(`
- { id: stay, match: { tags: { present: true, any: [secret] } }, require: { provider: [far] } }
- { id: secret, match: { tags: [secret] }, route: { to: [acme/large] } }`).toEqual([]);
  });

  it("that a guard leaves none of are found, unless the client may name a model that can", () => {
    const guard = `- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { data_retention: none } }`;
    expectFindings(`
${guard}
- { id: code, match: { tags: [code] }, route: { to: [acme/large], on_exhausted: next_rule } }
- { id: big, match: { context_tokens: { gte: 10k } }, route: { to: [acme/large] } }`).toEqual([
      "11 RW2202 rule `big` has no candidate for some of its requests: none meets guard `stay`",
      "11 RW2204 every candidate of rule `big` is at provider `far`: when it fails, nothing is left",
    ]);
  });

  it("that many guards leave none of are one finding for each route", () => {
    const guards = Array.from({ length: 5 }, (_, at) => {
      return `- { id: stay-${at}, match: { tags: { present: true, any: [t${at}] } }, require: { data_retention: none } }`;
    });
    const rules = [...guards, "- { id: big, match: { context_tokens: { gte: 10k } }, route: { to: [acme/large] } }"];
    expect(findings(policyOf(rules.join("\n"))).filter((line) => line.includes("RW2202"))).toEqual([
      "14 RW2202 rule `big` has no candidate for some of its requests: none meets guards `stay-0`, `stay-1`, `stay-2` and 2 more, each by itself",
    ]);
  });

  it("that a guard leaves none of are told what to do, whether or not the catalog has one that can", () => {
    const help = (rules: string) =>
      analyzePolicy(policyOf(rules)).flatMap((finding) => (finding.code === "RW2202" ? [finding.help] : []));
    const big = "- { id: big, match: { context_tokens: { gte: 10k } }, route: { to: [acme/large] } }";
    expect(
      help(`
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { data_retention: none } }
${big}`),
    ).toEqual([expect.stringMatching(/; add a candidate that can serve it$/)]);
    expect(
      help(`
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { data_retention: none, capabilities: [tools] } }
- { id: see, match: { uses_vision: true }, route: { to: [acme/large] } }`),
    ).toEqual([
      expect.stringMatching(/; nothing in the catalog can: refuse it with a `deny` that says why, or write /),
    ]);
  });

  it("that two guards leave none of, of which either would let another rule serve them, are no guard's fault", () => {
    const rules = `
- { id: stay, match: { tenant: one }, require: { region: [eu] } }
- { id: away, match: { tenant: two }, require: { region: [us] } }
- { id: big, match: { context_tokens: { gte: 10k } }, route: { to: [acme/large], on_exhausted: next_rule } }`;
    expect(findings(policyOf(rules)).filter((line) => line.includes("RW2202"))).toEqual([]);
  });

  it("of which guards leave none together are told when all is asked for", () => {
    const rules = `
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }
- { id: away, match: { tags: { present: true, any: [loud] } }, require: { region: [us] } }`;
    expectFindings(rules).toEqual([]);
    expectFindings(rules, { all: true }).toEqual([
      "12 RW2202 the default route has no candidate for some of its requests: together, guards and limits leave none (`requirement`)",
    ]);
  });
});

describe("requirements and pools", () => {
  it("name regions and providers that the catalog uses, and something that meets them", () => {
    expectFindings(`
- { id: where, match: { attributes.plan: free }, require: { region: [eu, mars] } }
- { id: what, match: { attributes.plan: free }, require: { capabilities: [audio] } }`).toEqual([
      "9 RW2203 rule `where` requires region `mars`, in which the catalog has no endpoint",
      "10 RW2203 no endpoint of the catalog meets what rule `what` requires",
    ]);
  });

  it("are told once, and not again of each candidate that they leave out", () => {
    expectFindings(`
- { id: nowhere, require: { region: [EU] } }
- { id: code, match: { tags: [code] }, route: { to: [acme/small, acme/large] } }`).toEqual([
      "9 RW2203 rule `nowhere` requires region `EU`, in which the catalog has no endpoint",
    ]);
  });

  it("are used, directly or through another pool", () => {
    expectFindings(
      "",
      {},
      "pools: { outer: [inner], inner: [acme/small, acme/large], lonely: [acme/small] }",
      "to: [outer]",
    ).toEqual(["7 RW2205 no route uses pool `lonely`"]);
  });
});

describe("conditions on the model", () => {
  it("fit its full id, which is what rules see", () => {
    const is = "is the model";
    const written = "however a client writes it";
    expectFindings(`
- { id: list, match: { model: [large, acme/small, fast] }, deny: "no" }
- { id: prefix, match: { model: { prefix: lar } }, deny: "no" }
- { id: full, match: { model: { prefix: acme/l } }, deny: "no" }
- { id: glob, match: { not: { model: { glob: "*arge" } } }, require: { region: [eu] } }
- { id: short, match: { model: { glob: "s*l" } }, deny: "no" }
- { id: unknown, match: { model: { glob: "fast-*" } }, deny: "no" }
- { id: logic, match: { logic: { in: [{ var: model }, [acme/small, large]] } }, deny: "no" }`).toEqual([
      `10 RW2206 the prefix fits no model of the catalog: to rules, \`large\` ${is} \`acme/large\`, ${written}`,
      `13 RW2206 the glob fits no model of the catalog: to rules, \`small\` ${is} \`acme/small\`, ${written}`,
      "15 RW2301 it is not decided whether rule `logic` ever decides a request",
      `15 RW2206 the expression names a model without its author: to rules, \`large\` ${is} \`acme/large\`, ${written}`,
    ]);
  });
});

describe("patterns where values are compared", () => {
  it("are found in texts, lists, `not` and sets, not in globs", () => {
    expectFindings(`
- { id: one, match: { model: "acme/*" }, deny: "no" }
- { id: list, match: { model: { not: [acme/small, "acme/l*"] } }, deny: "no" }
- { id: tags, match: { tags: { present: true, none: ["code-*"] } }, deny: "no" }
- { id: glob, match: { model: { glob: "acme/*" } }, deny: "no" }`).toEqual([
      "9 RW2207 `acme/*` is compared as it stands, its `*` included",
      "10 RW2207 `acme/l*` is compared as it stands, its `*` included",
      "11 RW2207 `code-*` is compared as it stands, its `*` included",
    ]);
  });
});

describe("blanks in values", () => {
  it("are told in tags, at the ends of texts, and where letters come in parts", () => {
    expectFindings(`
- { id: comma, match: { tags: { present: true, none: [pii kyc, code] } }, deny: "no" }
- { id: ends, match: { tenant: { present: true, not: [" acme", "a b"] } }, deny: "no" }
- { id: parts, match: { user: [cafe\u0301, café], tags: [cafe\u0301] }, route: { to: [acme/small, acme/large] } }`).toEqual(
      [
        "9 RW2209 `pii kyc` is one tag with a blank in it",
        '10 RW2209 " acme" begins or ends with a blank, so no `tenant` of a request equals it',
        "11 RW2209 `cafe\u0301` is written in parts (Unicode NFD), so no `user` that keys and most programs say equals it",
      ],
    );
  });
});

describe("models that conditions name", () => {
  it("are those of the catalog, or differ from them by more than a slip", () => {
    expectFindings(`
- { id: joined, match: { model: acmesmall }, deny: "no" }
- { id: letter, match: { model: { not: [acme/lareg, acme/small, Acme/Small] } }, deny: "no" }
- { id: short, match: { model: smal }, deny: "no" }
- { id: others, match: { model: [acme/tall, acme/small-2, acme/smll-large, auto, larges/acme, fast] }, deny: "no" }
- { id: tags, match: { tags: { present: true, any: [acme/smal] } }, deny: "no" }`).toEqual([
      "9 RW2208 the catalog has no model `acmesmall`, and one that is written almost like it",
      "10 RW2208 the catalog has no model `acme/lareg`, and one that is written almost like it",
      "10 RW2208 the catalog has no model `Acme/Small`, and one that is written almost like it",
      "11 RW2208 the catalog has no model `smal`, and one that is written almost like it",
    ]);
  });
});

describe("policy-ignore", () => {
  it("silences one finding at the item below, with a reason", () => {
    expectFindings(`
# policy-ignore RW2103: nothing is known without tags
- { id: tagged, match: { tags: [pii] }, deny: "no" }
- { id: again, match: { tags: [pii] }, deny: "no" }`).toEqual([
      "11 RW2103 guard `again` acts on requests without `tags` too: guards fail closed",
    ]);
  });

  it("reaches all lines of the item, over other comments, and takes several codes", () => {
    expectFindings(`
# policy-ignore RW2201, RW2204: the window grows next week
# Another comment.

- id: long
  match: { context_tokens: { gte: 40k } }
  route:
    to: [acme/small]`).toEqual([]);
  });

  it("without a reason, a code, or anything to silence is reported itself", () => {
    expectFindings(`
# policy-ignore RW2103
- { id: tagged, match: { tags: [pii] }, deny: "no" }
# policy-ignore: why
- { id: one, match: { stream: true }, deny: "no # policy-ignore RW2103: in a text" }
# policy-ignore RW1101: an error
# policy-ignore RW2001: long gone
- { id: two, match: { stream: true, uses_tools: true }, deny: "no" }
# policy-ignore RW2104: not looked for
- { id: three, match: { stream: false, uses_tools: true }, deny: "no" }`).toEqual([
      "9 RW2302 a `policy-ignore` comment without a reason",
      "10 RW2103 guard `tagged` acts on requests without `tags` too: guards fail closed",
      "11 RW2302 a `policy-ignore` comment without a code",
      "13 RW2302 `RW1101` cannot be silenced",
      "14 RW2302 this comment silences nothing: there is no `RW2001` below it",
    ]);
  });
});
