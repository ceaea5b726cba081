import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LanguageServer } from "./language-server.js";

const root = join(import.meta.dirname, "../..");

describe("the schemas in an editor (yaml-language-server)", () => {
  let server: LanguageServer;
  beforeAll(async () => {
    server = new LanguageServer(root);
    await server.start();
  });
  afterAll(() => server.stop());

  /** A document beside the shipped policy; `|` marks the cursor. */
  const open = async (name: string, marked: string) => {
    const text = `# yaml-language-server: $schema=../schemas/policy.schema.json\n${marked}`;
    const cursor = text.indexOf("|");
    const lines = text.slice(0, cursor).split("\n");
    const position = { line: lines.length - 1, character: lines.at(-1)!.length };
    const { uri, diagnostics } = await server.open(join(root, "policies", name), text.replace("|", ""));
    return { params: { textDocument: { uri }, position }, diagnostics };
  };

  it("completes the keys of a rule and the facts of a condition", async () => {
    const rule = await open("a.yaml", "kind: policy\nrules:\n  - id: a\n    |\n");
    const { result } = (await server.request("textDocument/completion", rule.params)) as {
      result: { items: { label: string }[] };
    };
    const labels = result.items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["match", "deny", "require", "route", "because"]));
    const match = await open("b.yaml", "kind: policy\nrules:\n  - id: a\n    match:\n      |\n    deny: no\n");
    const facts = (await server.request("textDocument/completion", match.params)) as {
      result: { items: { label: string }[] };
    };
    expect(facts.result.items.map(({ label }) => label)).toEqual(
      expect.arrayContaining(["tags", "context_tokens", "budget_usd"]),
    );
  });

  it("explains a key on hover", async () => {
    const { params } = await open(
      "c.yaml",
      "kind: policy\nrules:\n  - id: a\n    match: { context_to|kens: { gte: 200k } }\n    deny: no\n",
    );
    const { result } = (await server.request("textDocument/hover", params)) as {
      result: { contents: { value: string } };
    };
    expect(result.contents.value).toMatch(/prompt/i);
  });

  it("underlines what is wrong, and nothing in the shipped files", async () => {
    const { diagnostics } = await open(
      "d.yaml",
      "kind: policy\nrules:\n  - id: a\n    mach: { tags: [code] }\n    deny: no|\n",
    );
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).toContain("mach");
    expect(diagnostics[0]).toMatchObject({ range: { start: { line: expect.any(Number) } } });
    for (const name of ["policy.yaml", "guards.yaml", "catalog.yaml", "teams/search.yaml", "tests/routes.yaml"]) {
      const path = join(root, "policies", name);
      expect((await server.open(path, await readFile(path, "utf8"))).diagnostics, name).toEqual([]);
    }
  });
});
