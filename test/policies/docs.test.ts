import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyzePolicy } from "../../engine/analyze/analyze-policy.js";
import { builtInFacts } from "../../engine/conditions/fact-definitions.js";
import { diagnosticCodes } from "../../engine/diagnostics/diagnostic-codes.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { errorClasses } from "../../engine/policy/policy-set.js";
import { runPolicyTest } from "../../engine/policy-tests/run-policy-test.js";
import { exclusionReasons } from "../../engine/rank/route-plan.js";
import { strategies } from "../../engine/rank/strategies.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import * as attributeNames from "../../server/telemetry/attribute-names.js";
import { compileExample, filesOfExample, readExamples } from "./docs-examples.js";

const shipped = await readPolicyDirectory("policies");
const examples = (await Promise.all(["docs/policy-language.md", "docs/catalog.md"].map(readExamples))).flat();

describe("the examples of the docs", () => {
  it("are there", () => {
    expect(examples.length).toBeGreaterThanOrEqual(12);
  });

  it.each(examples.map((example) => [example.place, example] as const))("%s compiles", (_place, example) => {
    expect(compileExample(example, shipped).filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  it("of policy tests pass against the shipped policies", () => {
    for (const { kind, text } of examples) {
      if (kind !== "test") continue;
      const files = [...shipped.filter(({ name }) => !name.startsWith("tests/")), { name: "tests/example.yaml", text }];
      const policy = compilePolicy(files).value!;
      expect(policy.tests.flatMap((test) => runPolicyTest(policy, test).failures)).toEqual([]);
    }
  });

  it("would be caught if they were wrong", () => {
    const wrong = { kind: "match", place: "here", text: "context_token: { gte: 1 }\n" } as const;
    expect(compileExample(wrong, shipped).map(({ code }) => code)).toEqual(["RW1201"]);
  });
});

describe("the recipes", async () => {
  const recipes = await readExamples("docs/recipes.md");
  const migrated = await readExamples("docs/migrating.md");

  it("are there, one under each heading", async () => {
    const headings = (await readFile("docs/recipes.md", "utf8")).match(/^## /gm);
    expect(recipes).toHaveLength(headings?.length ?? 0);
    expect(migrated).toHaveLength(5);
  });

  it.each([...recipes, ...migrated].map((recipe) => [recipe.place, recipe] as const))(
    "%s has nothing to warn about, and passes its tests",
    (_place, recipe) => {
      const { value: policy, diagnostics } = compilePolicy(filesOfExample(recipe, shipped));
      expect(diagnostics).toEqual([]);
      expect(analyzePolicy(policy!).filter(({ severity }) => severity !== "info")).toEqual([]);
      expect(policy!.tests.length).toBeGreaterThan(1);
      expect(policy!.tests.flatMap((test) => runPolicyTest(policy!, test).failures)).toEqual([]);
    },
  );
});

describe("the tables of the docs", () => {
  it("list every diagnostic code with its title", async () => {
    const page = await readFile("docs/errors.md", "utf8");
    for (const [code, title] of Object.entries(diagnosticCodes)) expect(page).toContain(`| \`${code}\` | ${title} |`);
    expect(new Set(page.match(/RW\d{4}/g))).toEqual(new Set(Object.keys(diagnosticCodes)));
  });

  it("list every fact, and its option of `policy explain`", async () => {
    const facts = await readFile("docs/facts.md", "utf8");
    const cli = await readFile("docs/cli.md", "utf8");
    for (const { name } of builtInFacts) {
      expect(facts).toContain(`\`${name}\``);
      expect(cli).toContain(`\`--${name.replaceAll("_", "-")}`);
    }
  });

  it("list every attribute and event of spans, and no others", async () => {
    const page = await readFile("docs/tracing.md", "utf8");
    const listed = page.match(/(?<=`)(route|gen_ai|http|url|user_agent|server|error)\.[\w.]+(?=`)/g);
    expect(new Set(listed)).toEqual(new Set(Object.values(attributeNames)));
  });

  it("list every key of the decision record", async () => {
    const page = await readFile("docs/http.md", "utf8");
    const rows = page.slice(page.indexOf("### The decision record")).match(/^\| `.*?(?= \|)/gm) ?? [];
    const listed = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, key]) => key));
    const schema = JSON.parse(await readFile("schemas/decision.schema.json", "utf8")) as { properties: object };
    expect(listed).toEqual(expect.arrayContaining(Object.keys(schema.properties)));
  });

  it("name every folder of the engine and the server, where developers look for them", async () => {
    const page = await readFile("docs/architecture.md", "utf8");
    for (const parent of ["engine", "server"]) {
      const entries = await readdir(parent, { withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${parent}/${name}/`);
      expect(folders.filter((folder) => !page.includes(`\`${folder}\``))).toEqual([]);
    }
  });

  it("name every code of errors", async () => {
    const read = async (folder: string) => {
      const files = await readdir(folder, { recursive: true });
      const texts = files.filter((name) => /\.(ts|md)$/.test(name)).map((name) => readFile(join(folder, name), "utf8"));
      return (await Promise.all(texts)).join("\n");
    };
    const docs = await read("docs");
    const codes = (await read("server")).matchAll(/\bcode(?: =|:) "([a-z_]+)"/g);
    const missing = [...codes].flatMap(([, code]) => (docs.includes(`\`${code}\``) ? [] : [code]));
    expect(missing).toEqual([]);
  });

  it("list every reason, strategy and error class", async () => {
    const page = await readFile("docs/policy-language.md", "utf8");
    for (const word of [...exclusionReasons, ...Object.keys(strategies), ...errorClasses]) {
      expect(page).toContain(`| \`${word}\` |`);
    }
  });
});
