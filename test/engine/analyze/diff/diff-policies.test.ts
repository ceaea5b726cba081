import { describe, expect, it } from "vitest";
import { describeDiff } from "../../../../engine/analyze/diff/describe-diff.js";
import { diffPolicies } from "../../../../engine/analyze/diff/diff-policies.js";
import { renderDiff, renderDiffMarkdown } from "../../../../engine/analyze/diff/render-diff.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";
import { catalog, compiled, policyOf } from "../harness.js";

const both = "route: { to: [acme/small, acme/large] }";
const swapped = "route: { to: [acme/large, acme/small] }";
const report = (before: CompiledPolicy, after: CompiledPolicy) =>
  describeDiff(diffPolicies(before.set, after.set), before, after);
/** Titles with conditions, one line each. */
const changes = (before: CompiledPolicy, after: CompiledPolicy) =>
  report(before, after).changes.map(
    ({ title, where, where_exact }) => `${title} | ${where_exact ? "" : "within "}${where}`,
  );
const text = (before: CompiledPolicy, after: CompiledPolicy) =>
  renderDiff(report(before, after)).replaceAll(/@[0-9a-f]{12}/g, "@REVISION");

describe("a diff of policies", () => {
  const base = `
- { id: code, match: { tags: [code] }, ${both} }
- { id: long, match: { context_tokens: { gte: 20k } }, ${swapped} }`;

  it("shows a moved threshold as the stretch between, with both sides of the edge", () => {
    expect(text(policyOf(base), policyOf(base.replace("20k", "10k")))).toBe(
      `
test@REVISION → test@REVISION · 1 change · exact

 1  the default route → rule long
    where    10,000 ≤ context_tokens < 20,000 and (tags is absent or tags lacks code)
    example  context_tokens 10,000
    before   acme/small@near ($0.012048), then 1 more
    after    acme/large@far ($0.12048), then 1 more
    edge     not with context_tokens 9,999: acme/small@near ($0.012047), then 1 more`.trimStart(),
    );
  });

  it("shows the edge of what was edited, before those of other facts", () => {
    const rules = (latency: string, tags: string) =>
      policyOf(`
- { id: long, match: { context_tokens: { gte: 20k } }, ${swapped} }
- { id: fast, match: { max_latency_ms: { lt: ${latency} } }, route: { to: [acme/open] } }
- { id: code, match: { app: ide, tags: [${tags}] }, ${swapped} }`);
    const edges = (before: CompiledPolicy, after: CompiledPolicy) =>
      report(before, after).changes.map(({ title, edge }) => `${title} | ${edge?.fact} ${edge?.value}`);
    expect(edges(rules("500", "code"), rules("900", "code"))).toEqual([
      "rule code → rule fast | max_latency_ms 499",
      "the default route → rule fast | max_latency_ms 499",
    ]);
    expect(edges(rules("500", "code"), rules("500", "code, sql"))).toEqual([
      "the default route → rule code | tags absent",
    ]);
  });

  it("says the plan of the example once, when both make the same", () => {
    const retried = (retries: number) => policyOf(`- { id: a, route: { to: [acme/small], retries: ${retries} } }`);
    const lines = text(retried(0), retried(1)).split("\n");
    expect(lines.slice(3)).toEqual([
      "    what        retries 0 → 1",
      "    where       always",
      "    example     a plain request",
      "    either way  acme/small@near ($0.003048)",
    ]);
  });

  it("takes a prompt for example that is long enough to be planned otherwise", () => {
    const limited = (usd: string) =>
      policyOf(`- { id: a, match: { tags: code }, route: { to: [acme/large], max_cost_usd: ${usd} } }`);
    const lines = text(limited("0.1"), limited("0.3")).split("\n");
    expect(lines.slice(3)).toEqual([
      "    what     max_cost_usd 0.1 → 0.3",
      "    where    tags has code",
      "    example  tags {code}, context_tokens 16,000",
      "    before   no candidate left (over_budget)",
      "    after    acme/large@far ($0.18048)",
      "    edge     not with tags absent: acme/small@near ($0.018048), then 1 more",
    ]);
  });

  it("names each window of the week once, and none that another one implies", () => {
    const berlin = (window: string) => `{ ${window}, tz: Europe/Berlin }`;
    const rules = (to: string) =>
      policyOf(`
- { id: day, match: { time: ${berlin(`days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00"`)} }, ${both} }
- { id: night, match: { time: ${berlin(`from: "22:00", to: "${to}"`)} }, route: { to: [acme/open] } }
- { id: weekend, match: { time: ${berlin("days: [sat, sun]")} }, ${swapped} }`);
    expect(changes(rules("05:00"), rules("06:00"))).toEqual([
      "rule weekend → rule night | not (time in 22:00–05:00 Europe/Berlin) and time in Sat,Sun Europe/Berlin and time in 22:00–06:00 Europe/Berlin",
      "the default route → rule night | not (time in 22:00–05:00 Europe/Berlin) and not (time in Sat,Sun Europe/Berlin) and time in 22:00–06:00 Europe/Berlin",
    ]);
  });

  it("says of one rule on both sides that it may route otherwise", () => {
    const odd = (route: string) =>
      policyOf(`- { id: odd, match: { logic: { "==": [{ "%": [{ var: attributes.risk }, 7] }, 9] } }, ${route} }`);
    expect(report(odd(both), odd(swapped)).undecided).toEqual([
      "whether a request reaches odd, which routes otherwise: none was found",
    ]);
  });

  it("finds nothing in comments, layout, renamed rules and pools, and moved rules that share no request", () => {
    const before = policyOf(
      `
- { id: eu, match: { region: eu }, route: { to: [fast] } }
- { id: us, match: { region: [us] }, ${swapped} }
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }`,
      "pools: { fast: [acme/small, acme/large] }",
    );
    const after = policyOf(
      `
- { id: stay-here, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] }, because: law }
# moved up
- { id: america, match: { region: us }, route: { to: [acme/large, acme/small], fallback: [acme/large] } }
- { id: europe, match: { any: [{ region: eu }] }, route: { to: [quick] } }`,
      "pools: { quick: [acme/small, acme/large] }",
    );
    expect(text(before, after)).toBe(
      "test@REVISION → test@REVISION · 0 changes · exact\n\nno request is routed differently",
    );
    expect(report(before, after).same).toBe(true);
  });

  it("is the same condition written otherwise, when it is", () => {
    const one = policyOf(`- { id: a, match: { not: { stream: false } }, ${swapped} }`);
    const other = policyOf(`- { id: a, match: { stream: true }, ${swapped} }`);
    expect(report(one, other).same).toBe(true);
  });

  it("groups what changes by the rules that decide before and after", () => {
    const before = policyOf(base);
    const after = policyOf(`
- { id: long, match: { context_tokens: { gte: 20k } }, ${swapped} }
- { id: code, match: { tags: [code] }, ${both} }
- { id: batch, match: { priority: batch }, ${swapped} }`);
    expect(changes(before, after)).toEqual([
      "rule code → rule long | context_tokens ≥ 20,000 and tags has code",
      "the default route → rule batch | context_tokens < 20,000 and priority = batch and (tags is absent or tags lacks code)",
    ]);
  });

  it("shows denials that are new, gone, or say something else", () => {
    const before = policyOf(`
- { id: no-a, match: { model: a }, deny: "no a" }
- { id: no-b, match: { model: b }, deny: "no b" }`);
    const after = policyOf(`
- { id: no-b, match: { model: b }, deny: "not b" }
- { id: no-c, match: { model: c }, deny: "no c" }`);
    expect(changes(before, after)).toEqual([
      "no longer refused by rule no-a | model = a",
      "refused with another text: rule no-b → rule no-b | model = b",
      "now refused by rule no-c | model = c",
    ]);
  });

  it("shows requirements that are new, gone, or ask for something else, and only where they are", () => {
    const before = policyOf(`
- { id: stay, match: { attributes.plan: free }, require: { region: [eu] } }
- { id: gone, match: { stream: true }, require: { capabilities: [tools] } }`);
    const after = policyOf(`
- { id: stay, match: { attributes.plan: free }, require: { region: [eu, us] } }
- { id: fresh, match: { uses_tools: true }, require: { region: [us, eu] } }`);
    const { changes: found } = report(before, after);
    expect(found.map(({ title, where, differences }) => [title, where, ...differences])).toEqual([
      ["limited otherwise by rule stay", "attributes.plan = free", "region eu → eu or us"],
      ["no longer limited by rule gone", "stream = true", "capabilities tools → anything"],
      ["now limited by rule fresh", "uses_tools = true", "region anything → us or eu"],
    ]);
  });

  it("shows an edited route by what was edited, where its rule decides", () => {
    const before = policyOf(`
- { id: code, match: { tags: [code] }, route: { to: [acme/small, acme/large], retries: 1 } }`);
    const after = policyOf(`
- { id: code, match: { tags: [code] }, route: { to: [acme/small], strategy: cheapest, fallback: [acme/large] } }`);
    expect(report(before, after).changes.map(({ title, differences }) => [title, ...differences])).toEqual([
      [
        "rule code routes otherwise",
        "to acme/small@near, acme/large@far → acme/small@near",
        "fallback none → acme/large@far",
        "strategy order → cheapest",
        "retries 1 → 0",
      ],
    ]);
  });

  it("shows what follows when a route is exhausted", () => {
    const rules = (last: string) => `
- { id: first, match: { stream: true }, route: { to: [acme/small], on_exhausted: next_rule } }
- { id: second, match: { uses_tools: true }, ${last} }`;
    expect(changes(policyOf(rules(both)), policyOf(rules(swapped)))).toEqual([
      "rule second routes otherwise | stream = false and uses_tools = true",
      "next when a route is exhausted: rule second → rule second | stream = true and uses_tools = true",
    ]);
  });

  it("shows what follows many rules that go on, one change for each pair", { timeout: 60_000 }, () => {
    const goingOn = Array.from({ length: 24 }, (_, at) => {
      return `- { id: on-${at}, match: { tags: [t${at}] }, route: { to: [acme/small], on_exhausted: next_rule } }`;
    });
    const rules = (last: string) => [...goingOn, `- { id: last, match: { uses_tools: true }, ${last} }`].join("\n");
    const found = report(policyOf(rules(both)), policyOf(rules(swapped)));
    expect(found.undecided).toEqual([]);
    expect(found.changes.map(({ title }) => title)).toEqual([
      "rule last routes otherwise",
      "next when a route is exhausted: rule last → rule last",
    ]);
    expect(found.changes[1]?.where).toBe("tags is present and uses_tools = true");
    expect(found.changes[1]?.where_exact).toBe(false);
  });

  it("says around what a change lies that takes too many words to list", () => {
    const above = Array.from({ length: 10 }, (_, at) => {
      return `- { id: above-${at}, match: { tags: { all: [a${at}, b${at}] } }, ${swapped} }`;
    });
    const rules = (last: string) => [...above, `- { id: last, match: { stream: true }, ${last} }`].join("\n");
    expect(changes(policyOf(rules(both)), policyOf(rules("route: { to: [acme/open] }")))).toEqual([
      "rule last routes otherwise | within stream = true",
    ]);
  });

  it("counts a default of an attribute, and names attributes that are declared otherwise", () => {
    const rule = `- { id: free, match: { attributes.plan: free }, ${swapped} }`;
    const before = policyOf(rule);
    const source = (before.files[0]?.text ?? "").replace("default: pro", "default: free");
    const files = (policy: string) => [
      { name: "policy.yaml", text: policy },
      { name: "catalog.yaml", text: catalog },
    ];
    expect(changes(before, compiled(files(source)))).toEqual([
      "the default route → rule free | attributes.plan is absent",
    ]);
    expect(report(before, compiled(files(source))).attributes).toEqual([
      'attributes.plan: string from the key, one of free, pro, default "pro" → string from the key, one of free, pro, default "free"',
    ]);
    const moved = source
      .replace("default: free", "default: pro")
      .replace("from: key, default", "from: { header: x-plan }, default");
    const found = report(before, compiled(files(moved)));
    expect(found.same).toBe(false);
    expect(found.attributes).toEqual([
      "attributes.plan: string from the key, one of free, pro → string from header x-plan, one of free, pro",
    ]);
    expect(text(before, compiled(files(moved)))).toMatch(/ · \d+ changes? of routing, 1 of attributes · /);
  });

  it("lists changes of the catalog with the rules they concern", () => {
    const before = policyOf(`- { id: code, match: { tags: [code] }, route: { to: [acme/large] } }`);
    const after = compiled([
      before.files[0]!,
      { name: "catalog.yaml", text: catalog.replace("input: 10,", "input: 8,").replace("region: us", "region: eu") },
    ]);
    const found = report(before, after);
    expect(found.changes).toEqual([]);
    expect(found.catalog).toEqual([
      { subject: "acme/large@far", what: "price.input 10 → 8", rules: ["code", "default"] },
      { subject: "acme/large@far", what: "region us → eu", rules: ["code", "default"] },
    ]);
    expect(found.same).toBe(false);
    expect(text(before, after)).toContain(" · 0 changes of routing, 2 of the catalog · exact\n\ncatalog\n");
  });

  it("says how long data is kept as the catalog does", () => {
    const before = policyOf(`- { id: code, match: { tags: [code] }, route: { to: [acme/large] } }`);
    const kept = (days: string) =>
      compiled([
        before.files[0]!,
        { name: "catalog.yaml", text: catalog.replace("region: us", `region: us, data_retention: ${days}`) },
      ]);
    expect(report(kept("30d"), kept("none")).catalog.map(({ what }) => what)).toEqual(["data_retention 30d → none"]);
  });

  it("names the guards that an endpoint meets by one catalog and not by the other", () => {
    const before = policyOf(`
- { id: stay, match: { tags: { present: true, any: [pii] } }, require: { region: [eu] } }
- { id: leave, match: { tags: { present: true, any: [news] } }, require: { region: [us] } }
- { id: forget, match: { tags: { present: true, any: [pii] } }, require: { data_retention: none } }`);
    const moved = catalog.replace("region: us", "region: eu");
    const after = compiled([before.files[0]!, { name: "catalog.yaml", text: moved }]);
    expect(report(before, after).catalog.map(({ subject, what }) => `${subject}: ${what}`)).toEqual([
      "acme/large@far: region us → eu",
      "acme/large@far: now meets guard stay",
      "acme/large@far: no longer meets guard leave",
    ]);
  });

  it("lists the order of a model's endpoints, which a request that names it goes by, and what an endpoint has of its own", () => {
    const withCatalog = (endpoints: string, provider = "") =>
      compiled([
        policyOf("", "", "to: [requested, acme/large]").files[0]!,
        {
          name: "catalog.yaml",
          text: catalog
            .replace("endpoints: [{ provider: near, model: small }]", `endpoints: [${endpoints}]`)
            .replace("region: us }", `region: us${provider} }`),
        },
      ]);
    const [near, far] = ["{ provider: near, model: small }", "{ provider: far, model: small }"];
    const before = withCatalog(`${near}, ${far}`);
    expect(report(before, withCatalog(`${far}, ${near}`)).catalog).toEqual([
      { subject: "acme/small", what: "endpoints near, far → far, near", rules: ["default"] },
    ]);
    const own = "{ provider: far, model: small, max_concurrent: 2, circuit_breaker: false, headers: { x-a: b } }";
    expect(report(before, withCatalog(`${near}, ${own}`)).catalog.map(({ subject, what }) => [subject, what])).toEqual([
      ["acme/small@far", "circuit_breaker the provider's → false"],
      ["acme/small@far", "max_concurrent none → 2"],
      ["acme/small@far", "headers.x-a none → set"],
    ]);
    expect(
      report(before, withCatalog(`${near}, ${far}`, ", circuit_breaker: false")).catalog.map(({ subject }) => subject),
    ).toEqual(["provider far"]);
  });

  it("says that headers have changed and never what they hold, which may be a secret", () => {
    const withHeaders = (ofProvider: string, ofEndpoint: string) =>
      compiled([
        policyOf("", "", "to: [requested, acme/large]").files[0]!,
        {
          name: "catalog.yaml",
          text: catalog
            .replace("region: us }", `region: us, headers: { ${ofProvider} } }`)
            .replace("{ provider: far, model: large }", `{ provider: far, model: large, headers: { ${ofEndpoint} } }`),
        },
      ]);
    const before = withHeaders("x-org: acme, x-key: hunter-1, x-old: hunter-2", "x-own: hunter-3, x-gone: hunter-4");
    const found = report(before, withHeaders("x-org: acme, x-key: hunter-5, x-new: hunter-6", "x-own: hunter-7"));
    expect(found.catalog.map(({ subject, what }) => `${subject}: ${what}`)).toEqual([
      "acme/large@far: headers.x-own has another value",
      "acme/large@far: headers.x-gone set → none",
      "provider far: headers.x-key has another value",
      "provider far: headers.x-old set → none",
      "provider far: headers.x-new none → set",
    ]);
    for (const text of [JSON.stringify(found), renderDiff(found), renderDiffMarkdown(found)]) {
      expect(text).not.toContain("hunter");
    }
    expect(report(before, before).same).toBe(true);
  });

  it("finds nothing in another order of `fallback_on`", () => {
    const route = (errors: string) => policyOf("", "", `to: [acme/small, acme/large], fallback_on: [${errors}]`);
    expect(report(route("timeout, connection"), route("connection, timeout")).same).toBe(true);
  });

  it("lists a default that refused clients are told", () => {
    const before = policyOf(`- { id: no, match: { stream: true }, deny: "not for {attributes.plan}" }`);
    const [policy, ...others] = before.files;
    const text = policy!.text.replace("default: pro", "default: free");
    const found = report(before, compiled([{ ...policy!, text }, ...others]));
    expect(found.same).toBe(false);
    expect(found.attributes).toEqual([
      'attributes.plan: string from the key, one of free, pro, default "pro" → string from the key, one of free, pro, default "free"',
    ]);
  });

  it("says when the price of long prompts changes", () => {
    const before = policyOf("");
    const tiers = "above: [{ context_tokens: 100k, input: 20, output: 30 }]";
    const tiered = catalog.replace("output: 20 }", `output: 20, ${tiers} }`);
    const after = compiled([before.files[0]!, { name: "catalog.yaml", text: tiered }]);
    expect(report(before, after).catalog).toEqual([
      { subject: "acme/large@far", what: "price.above none → above 100,000: input 20, output 30", rules: ["default"] },
    ]);
    expect(after.revision).not.toBe(before.revision);
  });

  it("says when the price of a service tier changes", () => {
    const priced = (tiers: string) => {
      const text = catalog.replace("output: 20 }", `output: 20, service_tiers: { ${tiers} } }`);
      return compiled([policyOf("").files[0]!, { name: "catalog.yaml", text }]);
    };
    expect(report(priced("flex: 0.5, priority: 2"), priced("fast: 6, priority: 1.75")).catalog).toEqual([
      { subject: "acme/large@far", what: "price.service_tiers.flex 0.5 → none", rules: ["default"] },
      { subject: "acme/large@far", what: "price.service_tiers.priority 2 → 1.75", rules: ["default"] },
      { subject: "acme/large@far", what: "price.service_tiers.fast none → 6", rules: ["default"] },
    ]);
  });

  it("shows the first of many rules that one pool routes otherwise, and names the pool", () => {
    const users = Array.from(
      { length: 7 },
      (_, at) => `- { id: u${at}, match: { app: a${at} }, route: { to: [most] } }`,
    );
    const using = (list: string) =>
      policyOf(
        [...users, `- { id: own, match: { app: own }, route: { to: [best], retries: 1 } }`].join("\n"),
        `pools:\n  best: [${list}]\n  most: [best, acme/open]\n`,
      );
    const [before, after] = [using("acme/small"), using("acme/large")];
    expect(text(before, after)).toBe(
      `
test@REVISION → test@REVISION · 8 changes · exact

 1  rule u0 routes otherwise, and 7 more rules alike
    what     pool best acme/small@near → acme/large@far
    alike    u1, u2, u3, u4 and 3 more
    where    app = a0
    example  app a0
    before   acme/small@near ($0.003048), then 1 more
    after    acme/large@far ($0.03048), then 1 more
    edge     not with app other: acme/small@near ($0.003048), then 1 more`.trimStart(),
    );
    const { changes, ...rest } = report(before, after);
    expect(changes).toHaveLength(8);
    const cost = { recorded_usd: 1, recorded_decisions: 2, before_usd: 3, after_usd: 6, known_decisions: 2 };
    const traffic = { decisions: 2, share: 0.01, cost: { ...cost, by_tokens_decisions: 2 } };
    const recorded = { ...rest, changes: changes.map((change) => ({ ...change, traffic })) };
    expect(renderDiff(recorded).split("\n").slice(-2)).toEqual([
      "    traffic  16 recorded (8.00 %)",
      "    cost     $8.00 recorded; by tokens used $24.00 → $48.00 (+100.00 %)",
    ]);
  });

  it("shows as one the many rules that take what an edited rule no longer matches, and where all of it is", () => {
    const teams = Array.from(
      { length: 12 },
      (_, at) => `- { id: t${at}, match: { key_tags: [team${at}] }, route: { to: [acme/small], retries: ${at % 3} } }`,
    );
    const using = (app: string) =>
      policyOf([`- { id: first, match: { app: ${app} }, route: { to: [acme/large] } }`, ...teams].join("\n"));
    const [before, after] = [using("one"), using("two")];
    const where = "where      within app = two, less what rules above take";
    expect(text(before, after)).toBe(
      `
test@REVISION → test@REVISION · 26 changes · exact

 1  rule first → rule t0, and to 12 more rules
    also to  t1, t2, t3, t4 and 8 more
    where    within app = one, less what rules above take
    example  key_tags {team0}, app one
    before   acme/large@far ($0.03048)
    after    acme/small@near ($0.003048)
    edge     not with app other: acme/small@near ($0.003048)

 2  rule t0 → rule first, and from 12 more rules
    also from  t1, t2, t3, t4 and 8 more
    ${where}
    example    key_tags {team0}, app two
    before     acme/small@near ($0.003048)
    after      acme/large@far ($0.03048)
    edge       not with app other: acme/small@near ($0.003048)`.trimStart(),
    );
    const { changes } = report(before, after);
    expect(changes).toHaveLength(26);
    expect(changes.flatMap(({ where_of_all }) => where_of_all ?? [])).toEqual(["app = one", "app = two"]);
    expect(JSON.parse(JSON.stringify(changes[1]))).toMatchObject({
      ...{ from: "first", to: "t1", where: expect.stringContaining("app = one"), where_exact: true },
      ...{ example: { request: "key_tags {team1}, app one" }, edge: { fact: "app" } },
    });
  });

  it("shows rules that were added one by one, though all take requests of the same rule", () => {
    const rules = Array.from(
      { length: 12 },
      (_, at) => `- { id: r${at}, match: { app: a${at} }, route: { to: [acme/large], retries: ${at % 3} } }`,
    );
    const [before, after] = [policyOf(rules[0]!), policyOf(rules.join("\n"))];
    const { changes } = report(before, after);
    expect(changes.map(({ from, to, edited }) => `${from} ${to} ${edited}`)).toEqual(
      rules.slice(1).map((_, at) => `default r${at + 1} to`),
    );
    expect(text(before, after)).not.toContain("more rules");
  });

  it("lists the first fifty changes in a terminal", () => {
    const one = report(policyOf(`- { id: code, ${both} }`), policyOf(`- { id: code, ${swapped} }`));
    const change = (what: string) => ({ ...one.changes[0]!, differences: [what] });
    // The last is alike in eleven rules.
    const changes = Array.from({ length: 62 }, (_, at) => change(`retries 0 → ${Math.min(at, 51)}`));
    const lines = renderDiff({ ...one, changes }).split("\n");
    expect(lines.filter((line) => line.includes("rule code"))).toHaveLength(50);
    expect(lines.at(-1)).toBe("… and 12 more (--json lists them)");
  });

  it("is written in Markdown for a pull request", () => {
    const before = policyOf(`- { id: code, match: { app: "a|b" }, ${both} }`);
    const after = policyOf(`- { id: code, match: { app: "a|b" }, ${swapped} }`);
    expect(renderDiffMarkdown(report(before, after)).replaceAll(/@[0-9a-f]{12}/g, "@REVISION")).toBe(
      `
### Routing changes: test@REVISION → test@REVISION · 1 change · exact

**1. rule code routes otherwise**

| | |
|---|---|
| what | \`to acme/small@near, acme/large@far → acme/large@far, acme/small@near\` |
| where | \`app = "a\\|b"\` |
| example | \`app "a\\|b"\` |
| before | \`acme/small@near ($0.003048), then 1 more\` |
| after | \`acme/large@far ($0.03048), then 1 more\` |
| edge | \`not with app other: acme/small@near ($0.003048), then 1 more\` |`.trimStart(),
    );
    expect(renderDiffMarkdown(report(before, before))).toContain("No request is routed differently");
  });

  it("is written in Markdown as far as a comment on GitHub takes it, and says how much is left out", () => {
    const one = report(policyOf(`- { id: code, ${both} }`), policyOf(`- { id: code, ${swapped} }`));
    const many = {
      ...one,
      changes: Array.from({ length: 1_200 }, (_, at) => ({ ...one.changes[0]!, differences: [`retries 0 → ${at}`] })),
      undecided: ["an open question"],
    };
    const markdown = renderDiffMarkdown(many);
    expect(markdown.length).toBeGreaterThan(55_000);
    expect(markdown.length).toBeLessThan(60_500);
    const listed = markdown.match(/^\*\*\d+\. rule code routes otherwise\*\*$/gm)!.length;
    expect(markdown).toContain(
      `**… and ${(1_200 - listed).toLocaleString("en")} more**, which \`policy diff --json\` lists\n\n**not decided**\n\n- \`an open question\``,
    );
  });
});
