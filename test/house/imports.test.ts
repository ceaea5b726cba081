import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, { cwd: root }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );

// Each plants one violation in a file of its own and sees the check refuse it.
describe("the import rules", () => {
  const planted = join(root, "engine/planted-violation.ts");
  const plantedInServer = join(root, "server/planted-violation.ts");
  const plantedInDashboard = join(root, "server/dashboard/planted-violation.ts");
  const plantedInEndpoints = join(root, "server/endpoints/planted-violation.ts");
  const plantedInErrors = join(root, "server/http/errors/planted-violation.ts");
  afterEach(async () => {
    await rm(plantedInDashboard, { force: true });
    await rm(plantedInEndpoints, { force: true });
    await rm(plantedInErrors, { force: true });
    await rm(planted, { force: true });
    await rm(plantedInServer, { force: true });
  });

  it("hold for the tree as it is", async () => {
    const result = await run("scripts/check-imports.mjs");
    expect(result).toMatchObject({ code: 0, output: expect.stringContaining(" 0 violations") });
  });

  it("catch an engine file that imports the server", async () => {
    await writeFile(planted, 'import { startServer } from "../server/main.js";\nexport const planted = startServer;\n');
    const result = await run("scripts/check-imports.mjs");
    expect(result.code).toBe(1);
    expect(result.output).toContain("error engine-is-pure: engine/planted-violation.ts → server/main.ts");
  });

  it("catch an engine file that imports Node", async () => {
    await writeFile(planted, 'import { readFileSync } from "node:fs";\nexport const planted = readFileSync;\n');
    const result = await run("scripts/check-imports.mjs");
    expect(result.code).toBe(1);
    expect(result.output).toMatch(/error engine-without-node: engine\/planted-violation\.ts → (node:)?fs/);
  });

  it("catch a server file that enters the engine by a side door", async () => {
    await writeFile(plantedInServer, 'export { usdToNano } from "../engine/units/money.js";\n');
    const result = await run("scripts/check-imports.mjs");
    expect(result.code).toBe(1);
    expect(result.output).toContain("error engine-front-door: server/planted-violation.ts → engine/units/money.ts");
  });

  it("catch a server file that loads all of the engine", async () => {
    await writeFile(plantedInServer, 'export { usdToNano } from "../engine/index.js";\n');
    const result = await run("scripts/check-imports.mjs");
    expect(result.code).toBe(1);
    expect(result.output).toContain("error serving-without-compiler: server/planted-violation.ts → engine/index.ts");
  });

  it("catch YAML that comes with what serves", async () => {
    await writeFile(planted, 'export { parseYaml } from "./source/parse-yaml.js";\n');
    const serving = join(root, "engine/serving.ts");
    const text = await readFile(serving, "utf8");
    await writeFile(serving, `${text}export * from "./planted-violation.js";\n`);
    const result = await run("scripts/check-imports.mjs").finally(() => writeFile(serving, text));
    expect(result.code).toBe(1);
    expect(result.output).toMatch(/error serving-stays-small: engine\/serving\.ts → \S*node_modules\/yaml\//);
  });

  it("catch a part of the server that takes what it is a part of", async () => {
    await writeFile(plantedInEndpoints, 'export { dispatch } from "../dispatch/dispatch.js";\n');
    await writeFile(plantedInErrors, 'export { Exchange } from "../exchange.js";\n');
    const { code, output } = await run("scripts/check-imports.mjs");
    expect(code).toBe(1);
    expect(output).toContain(
      "error endpoints-apart: server/endpoints/planted-violation.ts → server/dispatch/dispatch.ts",
    );
    expect(output).toContain(
      "error parts-below-the-whole: server/http/errors/planted-violation.ts → server/http/exchange.ts",
    );
  });

  it("catch a dashboard that takes more than types, and a server that takes anything of it", async () => {
    await writeFile(
      plantedInDashboard,
      ["node:fs", "../../engine/serving.js", "../http/errors/api-error.js", "pino"]
        .map((module, index) => `export * as planted${index} from "${module}";\n`)
        .join(""),
    );
    await writeFile(plantedInServer, 'export { writeUsd } from "./dashboard/words/write-figures.js";\n');
    const { code, output } = await run("scripts/check-imports.mjs");
    expect(code).toBe(1);
    expect(output).toMatch(/dashboard-without-node: \S+ → (node:)?fs/);
    expect(output).toMatch(/dashboard-in-the-browser: \S+ → engine\/serving.ts/);
    expect(output).toMatch(/dashboard-in-the-browser: \S+ → server\/http\/errors\/api-error.ts/);
    expect(output).toMatch(/dashboard-packages: \S+ → \S*node_modules\/pino/);
    expect(output).toContain("error dashboard-apart: server/planted-violation.ts → server/dashboard/");
  });

  it.each([
    ["Node", "export const planted = process.env;\n", /planted-violation\.ts.*TS2580|planted-violation\.ts.*process/],
    [
      "the server",
      'import "../server/http/errors/api-error.js";\nexport const planted = 1;\n',
      /planted-violation\.ts.*TS6059/,
    ],
  ])("are backed by the compiler: engine/ cannot reach %s", async (_what, text, error) => {
    await writeFile(planted, text);
    const result = await run("node_modules/typescript7/bin/tsc", "-p", "engine", "--noEmit");
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(error);
  });

  it("fail when nothing was cruised, rather than pass", async () => {
    const result = await run("scripts/check-imports.mjs", "docs");
    expect(result.code).not.toBe(0);
  });
});
