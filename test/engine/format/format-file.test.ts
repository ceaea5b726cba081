import { describe, expect, it } from "vitest";
import { formatFile } from "../../../engine/format/format-file.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";
import { readExamples } from "../../policies/docs-examples.js";

function format(text: string): string {
  const result = formatFile({ name: "policy.yaml", text }, new Set(["attributes.flags"]));
  if ("refused" in result) throw new Error(JSON.stringify(result.refused));
  return result.text;
}

describe("formatFile", () => {
  it("keeps comments where they belong, and short things on one line", () => {
    expect(
      format(`# head

kind:   policy # kind
name: "example"


rules:
# before the first
- id:   a # its id
  match:
    tags:
    - "Code"
    - sql
  # about the route
  route: {to: [ economy,
     frontier # strong
     ]}

- { id: b, require: { region: [ eu ] } }
  # at the end of the rules
default: # needed
  route: { to: [requested] }
# the end`),
    ).toBe(`# head

kind: policy # kind
name: example

rules:
  # before the first
  - id: a # its id
    match: { tags: [code, sql] }
    # about the route
    route:
      to:
        - economy
        - frontier # strong

  - id: b
    require: { region: [eu] }
  # at the end of the rules
default: # needed
  route: { to: [requested] }
# the end
`);
  });

  it.each([
    ["context_tokens: { gte: 200000 }", "context_tokens: { gte: 200k }"],
    ["context_tokens: 1500", "context_tokens: 1500"],
    ["context_tokens: '1.5k'", "context_tokens: 1500"],
    ["context_tokens: 131072", "context_tokens: 131072"],
    ["context_tokens: 1024Ki", "context_tokens: 1Mi"],
    ["context_tokens: 1050000", "context_tokens: 1.05M"],
    ["context_tokens: 0", "context_tokens: 0"],
    ["budget_usd: { lt: .50 }", "budget_usd: { lt: 0.50 }"],
    ["tags: [\" Code \", 'SQL']", "tags: [code, sql]"],
    ["attributes.flags: { any: [A] }", "attributes.flags: { any: [a] }"],
    ["attributes.name: A", "attributes.name: A"],
    ['model: { glob: "gpt-*" }', "model: { glob: gpt-* }"],
    ["model: 'yes'", 'model: "yes"'],
    ['model: "a: b"', 'model: "a: b"'],
    ["model: \"'a'\"", "model: \"'a'\""],
    ['model: "\\"a\\": b"', "model: '\"a\": b'"],
    ["time: { from: '22:00', tz: 'UTC' }", 'time: { from: "22:00", tz: UTC }'],
    ['logic: {"==": [{var: context_tokens}, 200000]}', 'logic: { "==": [{ var: context_tokens }, 200000] }'],
    ["any: [{priority: batch}]", "any: [{ priority: batch }]"],
  ])("writes %s as %s", (written, canonical) => {
    expect(format(`match:\n  ${written}\n`)).toBe(`match: { ${canonical} }\n`);
  });

  it("folds a text that is too long for its line, keeps the lines of one that has several", () => {
    const long = `${"word ".repeat(30)}end`;
    expect(format(`deny: "${long}"\nbecause: "one\\ntwo\\n"\n`)).toBe(
      `deny: >-\n  ${"word ".repeat(22)}word\n  ${"word ".repeat(7)}end\nbecause: |\n  one\n  two\n`,
    );
  });

  it("formats long lists on one line, and files full of comments", () => {
    const each = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));
    const tags = each(50_000, (at) => `t${at}`);
    const start = "rules:\n  - id: a\n    match:\n      tags:";
    expect(format(`${start} [${tags.join(", ")}]\n`)).toBe(
      `${start}\n${tags.map((tag) => `        - ${tag}\n`).join("")}`,
    );
    const rules = each(2_000, (at) => `  # why\n  - id: r${at} # its id\n    deny: no\n`);
    const written = `rules:\n${rules.join("")}${"  # - id: of old\n".repeat(5_000)}`;
    expect(format(written)).toBe(written.replaceAll("deny: no", 'deny: "no"'));
  });

  it("ends lines as Unix does, and without a byte order mark", () => {
    expect(format("\ufeffkind: policy\r\nname: a\r\n")).toBe("kind: policy\nname: a\n");
  });

  it.each(["kind: [policy", "a: &x 1\n", "kind: policy\nkind: test\n", "a: 1\n---\nb: 2\n"])(
    "refuses %j, which does not parse",
    (text) => {
      expect(formatFile({ name: "policy.yaml", text })).toMatchObject({ refused: [{ severity: "error" }] });
    },
  );

  it.each(["policies", "cli/starter"])("finds nothing to change in %s", async (directory) => {
    for (const file of await readPolicyDirectory(directory)) {
      expect(formatFile(file), `${directory}/${file.name}`).toEqual({ text: file.text });
    }
  });

  it.each(["docs/policy-language.md", "docs/catalog.md"])(
    "finds nothing to change in the examples of %s",
    async (page) => {
      for (const { kind, text, place } of await readExamples(page)) {
        const whole = kind === "rules" ? `rules:\n${text.replace(/^(?=.)/gm, "  ")}` : text;
        expect(formatFile({ name: "policy.yaml", text: whole }), place).toEqual({ text: whole });
      }
    },
  );
});
