import { describe, expect, it } from "vitest";
import { policyGraph } from "../../../engine/graph/graph-rows.js";
import { writeDot } from "../../../engine/graph/write-dot.js";
import { writeMermaid } from "../../../engine/graph/write-mermaid.js";
import { writeSvg } from "../../../engine/graph/write-svg.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";

const starter = compilePolicy(await readPolicyDirectory("cli/starter")).value!;
const shipped = compilePolicy(await readPolicyDirectory("policies")).value!;

function large(count: number, given?: string) {
  const rules = Array.from({ length: count }, (_, index) => {
    const match = given ?? (index < count / 2 ? `{ tenant: "t<${index}>&" }` : `{ app: a${index} }`);
    return `  - { id: rule-${index}, match: ${match}, route: { to: [x/y] } }`;
  });
  const catalog = `kind: catalog\nproviders: { a: { format: openai, base_url: https://a.example } }\nmodels: { x/y: { context_window: 200k, endpoints: [{ provider: a, model: y }] } }\n`;
  return compilePolicy([
    {
      name: "policy.yaml",
      text: `kind: policy\nname: large\nrules:\n${rules.join("\n")}\ndefault: { route: { to: [x/y] } }\n`,
    },
    { name: "catalog.yaml", text: catalog },
  ]).value!;
}

describe("policy graph", () => {
  it("draws guards, routes in order, and where each sends a request, for Mermaid", () => {
    expect(writeMermaid(policyGraph(starter))).toBe(`---
title: "starter · 3 rules"
---
flowchart TD
  request(["request"])
  subgraph guards ["guards: all that apply act, in any order"]
    g0["<b>personal-data-is-not-kept</b><br/>tags is present and tags has pii<br/>→ require no data kept"]:::require
  end
  request --> guards
  r0{{"<b>long-context</b><br/>context_tokens ≥ 200,000"}}:::route
  guards --> r0
  r0 -->|yes| to0["google/gemini-2.5-pro, openai/gpt-4.1 (cheapest)"]:::target
  r1{{"<b>code</b><br/>tags has any of code, sql"}}:::route
  r0 -->|no| r1
  r1 -->|yes| to1["pool strong<br/>then pool economy"]:::target
  r1 -->|no| to2["the requested model, pool economy"]:::target
  pool0[/"<b>pool strong</b><br/>anthropic/claude-sonnet-4.5<br/>openai/gpt-4.1"/]:::pool
  pool1[/"<b>pool economy</b><br/>openai/gpt-4.1-mini<br/>google/gemini-2.5-flash"/]:::pool
  classDef deny fill:#fde8e8,stroke:#c0392b,color:#222
  classDef require fill:#fef5e0,stroke:#b7791f,color:#222
  classDef route fill:#e8f0fe,stroke:#2b5fc0,color:#222
  classDef target fill:#eef7ee,stroke:#2f855a,color:#222
  classDef pool fill:#f4f4f5,stroke:#71717a,color:#222
`);
  });

  it.each([writeMermaid, writeDot, writeSvg])("names every rule and the place of each in %o", (write) => {
    const text = write(policyGraph(shipped));
    for (const { id } of shipped.set.rules) expect(text).toContain(id);
  });

  it("folds long lists, and cuts a condition that is too long to be drawn all the same", () => {
    const tenants = Array.from({ length: 1_000 }, (_, at) => `tenant-${at}`);
    const conditionOf = (match: string) => policyGraph(large(1, match)).routes[0]?.condition[0];
    expect(conditionOf(`{ tenant: [${tenants.join(", ")}] }`)).toMatch(
      /^tenant is one of tenant-0, .+ tenant-9, … \(990 more\)$/,
    );
    const cut = conditionOf(`{ any: [${tenants.map((name) => `{ tenant: ${name} }`).join(", ")}] }`);
    expect(cut).toMatch(/^tenant = tenant-0 or .+ …$/);
    expect(cut?.length).toBeLessThan(410);
  });

  it("writes SVG that is well-formed, whatever stands in the policy", () => {
    const svg = writeSvg(policyGraph(large(4)));
    expect(svg).toContain("t&lt;0&gt;&amp;");
    expect(svg.match(/<(rect|text|path|title)\b/g)!.length).toBeGreaterThan(20);
    // Every element is closed: what is left between tags holds no bare `<`, `>` or `&`.
    const texts = svg.replace(/<[^<>]*>/g, "");
    expect(texts).not.toMatch(/[<>]|&(?!(lt|gt|amp|quot);)/);
    const open = [...svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)].reduce((depth, [, closes, , isEmpty]) => {
      return depth + (closes === "/" ? -1 : isEmpty === "/" ? 0 : 1);
    }, 0);
    expect(open).toBe(0);
  });

  it("draws 30 rules one by one, and folds more by file and first fact", () => {
    expect(policyGraph(large(30)).routes).toHaveLength(31);
    const folded = policyGraph(large(200));
    expect(folded.routes.map(({ title, condition, effect }) => [title, condition, effect])).toEqual([
      ["100 rules", ["rule-0 … rule-99", "by tenant"], ["x/y"]],
      ["100 rules", ["rule-100 … rule-199", "by app"], ["x/y"]],
      ["default", ["everything else"], ["x/y"]],
    ]);
    expect(policyGraph(large(200), false).routes).toHaveLength(201);
  });

  it("shows a text that looks like an entity as it is, and how the endpoints of one model are ordered", () => {
    const [policy, catalog] = large(1).files;
    const text = policy!.text.replace("t<0>&", "&lt;").replace("to: [x/y] }", "to: [x/y], strategy: cheapest }");
    const graph = policyGraph(compilePolicy([{ ...policy!, text }, catalog!]).value!);
    expect(writeMermaid(graph)).toContain("tenant = #quot;#amp;lt;#quot;");
    expect(writeDot(graph)).toContain('tenant = \\"&amp;lt;\\"');
    expect(graph.routes[0]?.effect).toEqual(["x/y (cheapest)"]);
  });

  it("writes nothing that steers a terminal", () => {
    const deny = '{ id: no, deny: "\\e[2Jcleared\\nand more" }';
    const files = large(1).files.map(({ name, text }) => ({
      name,
      text: text.replace("rules:\n", `rules:\n  - ${deny}\n`),
    }));
    for (const write of [writeMermaid, writeDot]) {
      const text = write(policyGraph(compilePolicy(files).value!));
      expect(text).toMatch(/u\{1b\}\[2Jcleared and more/);
      expect(text).not.toContain("\u001b");
    }
  });

  it("quotes for Graphviz", () => {
    const dot = writeDot(policyGraph(starter));
    expect(dot).toContain('r0 [label="long-context\\lcontext_tokens ≥ 200,000\\l"');
    expect(dot.split("{").length).toBe(dot.split("}").length);
  });
});
