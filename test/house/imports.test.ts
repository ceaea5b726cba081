import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, { cwd: root }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );

describe("the import rules", () => {
  const planted = join(root, "engine/planted-violation.ts");

  // One look at the tree takes 5 seconds, so all violations are planted at once.
  describe("catch", () => {
    const serving = join(root, "engine/serving.ts");
    const violations: Readonly<Record<string, readonly string[]>> = {
      "engine/planted-violation.ts": [
        'export { together } from "../server/together.js"',
        'export { readFileSync } from "node:fs"',
        'export { parseYaml } from "./source/syntax/parse-yaml.js"',
      ],
      "engine/analyze/regions/planted-violation.ts": ['export { whyNot } from "../why-not/why-not.js"'],
      "server/planted-violation.ts": [
        'export { usdToNano } from "../engine/units/money.js"',
        'export { decide } from "../engine/index.js"',
        'export { writeUsd } from "./dashboard/words/write-figures.js"',
      ],
      "server/endpoints/planted-violation.ts": ['export { dispatch } from "../dispatch/dispatch.js"'],
      "server/http/errors/planted-violation.ts": ['export { Exchange } from "../exchange.js"'],
      "server/dashboard/planted-violation.ts": [
        ...["node:fs", "../../engine/serving.js", "../http/errors/api-error.js", "pino"].map(
          (module, index) => `export * as planted${index} from "${module}"`,
        ),
      ],
    };
    let found = { code: 0, output: "" };
    beforeAll(async () => {
      const text = await readFile(serving, "utf8");
      try {
        for (const [file, lines] of Object.entries(violations))
          await writeFile(join(root, file), `${lines.join(";\n")};\n`);
        await writeFile(serving, `${text}export { parseYaml as planted } from "./planted-violation.js";\n`);
        found = await run("scripts/check-imports.mjs");
      } finally {
        await writeFile(serving, text);
        for (const file of Object.keys(violations)) await rm(join(root, file), { force: true });
      }
    });

    it("and fail", () => expect(found.code).toBe(1));

    it.each([
      ["an engine file that imports the server", "engine-is-pure: engine/planted-violation.ts → server/together.ts"],
      ["an engine file that imports Node", /engine-without-node: engine\/planted-violation\.ts → (node:)?fs/],
      ["YAML that comes with what serves", /serving-stays-small: engine\/serving\.ts → \S*node_modules\/yaml\//],
      [
        "an analysis that stands on another",
        "analysis-in-layers: engine/analyze/regions/planted-violation.ts → engine/analyze/why-not/why-not.ts",
      ],
      [
        "a server file that enters the engine by a side door",
        "engine-front-door: server/planted-violation.ts → engine/units/money.ts",
      ],
      [
        "a server file that loads all of the engine",
        "serving-without-compiler: server/planted-violation.ts → engine/index.ts",
      ],
      [
        "endpoints that know of calls",
        "endpoints-apart: server/endpoints/planted-violation.ts → server/dispatch/dispatch.ts",
      ],
      [
        "a part of the server that takes what it is a part of",
        "parts-below-the-whole: server/http/errors/planted-violation.ts → server/http/exchange.ts",
      ],
      ["a dashboard that takes Node", /dashboard-without-node: \S+ → (node:)?fs/],
      ["a dashboard that takes code of the engine", /dashboard-in-the-browser: \S+ → engine\/serving.ts/],
      [
        "a dashboard that takes code of the server",
        /dashboard-in-the-browser: \S+ → server\/http\/errors\/api-error.ts/,
      ],
      ["a dashboard that takes packages of the server", /dashboard-packages: \S+ → \S*node_modules\/pino/],
      [
        "a server that takes anything of the dashboard",
        "dashboard-apart: server/planted-violation.ts → server/dashboard/",
      ],
    ])("%s", (_what, violation) => {
      expect(found.output).toMatch(typeof violation === "string" ? `error ${violation}` : violation);
    });
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
    const result = await run("node_modules/typescript7/bin/tsc", "-p", "engine", "--noEmit").finally(() => rm(planted));
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(error);
  });

  it("fail when nothing was cruised, rather than pass", async () => {
    const result = await run("scripts/check-imports.mjs", "docs");
    expect(result.code).not.toBe(0);
  });
});
