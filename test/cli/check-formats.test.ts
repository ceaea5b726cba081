import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";

const policy = `kind: policy
name: small
rules:
  - { id: code, match: { tags: [code] }, route: { to: [acme/a, acme/b] } }
  - { id: sql, match: { tags: { all: [code, sql] } }, route: { to: [acme/b, acme/a] } }
  - { id: pii, match: { tags: [pii] }, require: { region: [eu] } }
default:
  route: { to: [acme/a, acme/b] }
`;
const catalog = `kind: catalog
providers:
  one: { format: openai, base_url: "https://one.example/v1", region: eu }
  two: { format: openai, base_url: "https://two.example/v1", region: eu }
models:
  acme/a: { context_window: 32k, endpoints: [{ provider: one, model: a }] }
  acme/b: { context_window: 32k, endpoints: [{ provider: two, model: b }] }
`;

describe("policy check", () => {
  let folder: string;
  const check = async (...args: string[]) => {
    const { code, stdout } = await runPolicy(["check", "--policies", folder, ...args]);
    return { code, stdout: stdout.replaceAll(folder, "policies").replaceAll(/@[0-9a-f]{12}/g, "@REVISION") };
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-check-"));
    await writeFile(join(folder, "policy.yaml"), policy);
    await writeFile(join(folder, "catalog.yaml"), catalog);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("prints findings for people", async () => {
    const { code, stdout } = await check();
    expect(
      stdout,
    ).toBe(`policies/policy.yaml:5:5: warning[RW2001]: rule \`sql\` can never decide a request: \`code\` takes every request that it matches
  4 |   - { id: code, match: { tags: [code] }, route: { to: [acme/a, acme/b] } }
  5 |   - { id: sql, match: { tags: { all: [code, sql] } }, route: { to: [acme/b, acme/a] } }
    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  policies/policy.yaml:4:5: \`code\` covers it alone, and routes them otherwise
  3 | rules:
  4 |   - { id: code, match: { tags: [code] }, route: { to: [acme/a, acme/b] } }
    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: move \`sql\` above \`code\`, or narrow that rule, or remove \`sql\`

policies/policy.yaml:6:25: warning[RW2103]: guard \`pii\` acts on requests without \`tags\` too: guards fail closed
  5 |   - { id: sql, match: { tags: { all: [code, sql] } }, route: { to: [acme/b, acme/a] } }
  6 |   - { id: pii, match: { tags: [pii] }, require: { region: [eu] } }
    |                         ^^^^^^^^^^^
  help: write \`present: true\` beside it if absence should not count, or \`# policy-ignore RW2103: reason\` above the rule if it should
small@REVISION · 3 rules, 2 models · 2 files · 0 errors, 2 warnings
`);
    expect(code).toBe(0);
    expect((await check("--strict")).code).toBe(1);
  });

  it("prints workflow commands for GitHub", async () => {
    const { stdout } = await check("--format", "github");
    expect(
      stdout,
    ).toBe(`::warning file=policies/policy.yaml,line=5,col=5,endColumn=88,title=RW2001::rule \`sql\` can never decide a request: \`code\` takes every request that it matches%0Ahelp: move \`sql\` above \`code\`, or narrow that rule, or remove \`sql\`
::warning file=policies/policy.yaml,line=6,col=25,endColumn=36,title=RW2103::guard \`pii\` acts on requests without \`tags\` too: guards fail closed%0Ahelp: write \`present: true\` beside it if absence should not count, or \`# policy-ignore RW2103: reason\` above the rule if it should
small@REVISION · 3 rules, 2 models · 2 files · 0 errors, 2 warnings
`);
  });

  it("prints SARIF 2.1.0", async () => {
    const { stdout } = await check("--format", "sarif");
    const log = JSON.parse(stdout);
    expect(log.version).toBe("2.1.0");
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe("routewright");
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(["RW2001", "RW2103"]);
    expect(run.results[0]).toEqual({
      ruleId: "RW2001",
      ruleIndex: 0,
      level: "warning",
      message: {
        text: "rule `sql` can never decide a request: `code` takes every request that it matches\nhelp: move `sql` above `code`, or narrow that rule, or remove `sql`",
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "policies/policy.yaml" },
            region: { startLine: 5, startColumn: 5, endLine: 5, endColumn: 88 },
          },
        },
      ],
      relatedLocations: [
        {
          id: 0,
          message: { text: "`code` covers it alone, and routes them otherwise" },
          physicalLocation: {
            artifactLocation: { uri: "policies/policy.yaml" },
            region: { startLine: 4, startColumn: 5, endLine: 4, endColumn: 75 },
          },
        },
      ],
    });
  });

  it("prints JSON with counts, and more when all is asked for", async () => {
    const { stdout } = await check("--json", "--all");
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ valid: true, errors: 0, warnings: 2, infos: 0 });
    expect(report.diagnostics[0]).toMatchObject({ code: "RW2001", file: "policy.yaml", line: 5, column: 5 });
  });
});

describe("policy help", () => {
  it("prints the page of a code, and the options of a command", async () => {
    expect((await runPolicy(["help", "rw2001"])).stdout).toContain("# RW2001: a rule that can never decide a request");
    expect((await runPolicy(["help", "diff"])).stdout).toContain("a policy directory or a git revision");
    const unknown = await runPolicy(["help", "RW9999"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("neither a command");
  });
});
