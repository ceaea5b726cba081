import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { compilePolicy, type SourceFile } from "../../../engine/index.js";
import {
  CompileFailure,
  createPolicyCompiler,
  type PolicyCompiler,
} from "../../../server/policy-files/create-policy-compiler.js";
import { catalogText, policyNamed } from "./harness.js";

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
/** A compiler that only counts what it was asked. */
const counting = `import { parentPort } from "node:worker_threads";
  let count = 0;
  parentPort.on("message", () => parentPort.postMessage({ diagnostics: [{ message: String(++count) }] }));`;
const files = [
  { name: "catalog.yaml", text: catalogText },
  { name: "policy.yaml", text: policyNamed("threaded") },
];
const tenants = Array.from({ length: 40 }, (_, at) => `tenant-${at}`).join(", ");
const rule = (id: string) => `  - { id: ${id}, match: { app: ${id} }, route: { to: [acme/small] } }\n`;
const built = join(import.meta.dirname, "../../../dist/server/policy-files/create-policy-compiler.js");

const opened: PolicyCompiler[] = [];
const keep = (compiler: PolicyCompiler) => {
  opened.push(compiler);
  return compiler;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((compiler) => compiler.close()));
});

describe("createPolicyCompiler()", () => {
  it.each([
    ["throws", 'throw new Error("boom")', {}, "the compiling thread failed: boom"],
    [
      "ends without an answer",
      "process.exit(3)",
      {},
      "the compiling thread ended with exit code 3 and without an answer",
    ],
    ["hangs", "for (;;) {}", { timeoutMs: 300 }, "compiling the policy took longer than 300 ms and was given up"],
    [
      "needs too much memory",
      "const kept = []; for (;;) kept.push(new Array(10000).fill({}).map((_, i) => ({ i })))",
      { memoryMb: 16 },
      "compiling the policy needs more than 16 MiB of memory; split or shorten it",
    ],
  ])("says so when the thread %s", async (_what, text, options, message) => {
    const failing = keep(createPolicyCompiler({ workerUrl: script(text), ...options })).compile(files);
    await expect(failing).rejects.toThrow(CompileFailure);
    await expect(failing).rejects.toThrow(message);
  });

  // The thread runs compiled JavaScript; `npm test` builds before it tests.
  it.skipIf(!existsSync(built))("gives the same policy as compiling in this thread", async () => {
    const module = (await import(
      pathToFileURL(built).href
    )) as typeof import("../../../server/policy-files/create-policy-compiler.js");
    const compiler = keep(module.createPolicyCompiler());
    const { value, diagnostics } = await compiler.compile(files);
    expect(diagnostics).toEqual([]);
    expect(value).toEqual(compilePolicy(files).value);
    // Rules that are the same are not handed over again.
    const more = (id: string): SourceFile[] => [
      files[0] as SourceFile,
      {
        name: "policy.yaml",
        text: policyNamed("threaded", `[{ include: more.yaml, scope: { tenant: [${tenants}] } }]`),
      },
      { name: "more.yaml", text: `kind: policy\nrules:\n${rule("kept")}${rule(id)}` },
    ];
    for (const id of ["first", "second"]) {
      const { value } = await compiler.compile(more(id));
      expect(value).toEqual(compilePolicy(more(id)).value);
    }
    const broken = await compiler.compile([{ name: "policy.yaml", text: "rules: [" }]);
    expect(broken.value).toBeUndefined();
    expect(broken.diagnostics).toEqual(compilePolicy([{ name: "policy.yaml", text: "rules: [" }]).diagnostics);
  });

  it.skipIf(!existsSync(built))(
    "begins afresh when most of a large policy is new, and goes on from there",
    async () => {
      const module = (await import(
        pathToFileURL(built).href
      )) as typeof import("../../../server/policy-files/create-policy-compiler.js");
      const compiler = keep(module.createPolicyCompiler());
      const edition = (number: number, sizes: readonly number[], id = "b"): SourceFile[] => [
        files[0] as SourceFile,
        { name: "policy.yaml", text: policyNamed("large", "[{ include: a.yaml }, { include: b.yaml }]") },
        { name: "a.yaml", text: `kind: policy\nrules:\n${rule("a")}` },
        {
          name: "b.yaml",
          text: `kind: policy\nrules:\n${rule(id)}${sizes.map((size) => `# ${number}${"-".repeat(size)}\n`)}`,
        },
      ];
      const rulesOf = async (sources: SourceFile[]) => {
        const { value } = await compiler.compile(sources);
        expect(value).toEqual(compilePolicy(sources).value);
        return value?.set.rules;
      };
      const first = await rulesOf(edition(1, [600_000]));
      const small = await rulesOf(edition(1, [1_000]));
      expect(small?.[0]).toBe(first?.[0]);
      const large = await rulesOf(edition(2, [600_000]));
      expect(large?.[0]).not.toBe(small?.[0]);
      const other = await rulesOf(
        edition(2, [600_000], "c").with(3, { name: "b.yaml", text: `kind: policy\nrules:\n${rule("c")}` }),
      );
      expect(other?.[0]).toBe(large?.[0]);
    },
  );

  it.skipIf(!existsSync(built))("runs the tests of the set in its thread, when they are asked for", async () => {
    const module = (await import(
      pathToFileURL(built).href
    )) as typeof import("../../../server/policy-files/create-policy-compiler.js");
    const compiler = keep(module.createPolicyCompiler());
    const test = (name: string, model: string) =>
      `  - { name: ${name}, request: { tags: [code] }, expect: { model: ${model} } }\n`;
    const text = `kind: test\ntests:\n${test("holds", "acme/small")}${test("fails", "requested")}`;
    const tested = [...files, { name: "tests/cases.yaml", text: text.replace("model: requested", "denied: true") }];
    expect((await compiler.compile(tested)).failedTests).toEqual([]);
    const { value, failedTests } = await compiler.compile(tested, true);
    expect(value?.name).toBe("threaded");
    expect(failedTests).toEqual([
      { name: "fails", file: "tests/cases.yaml", line: 4, failures: [expect.stringContaining("denied")] },
    ]);
  });

  it("answers each of several compilations at once, and one after another", async () => {
    const echo = keep(
      createPolicyCompiler({
        workerUrl: script(
          `import { parentPort } from "node:worker_threads";
           parentPort.on("message", ({ files }) => parentPort.postMessage({ diagnostics: [files[0].text] }));`,
        ),
      }),
    );
    const compile = (text: string) =>
      echo.compile([{ name: "policy.yaml", text }]).then(({ diagnostics }) => diagnostics[0]);
    expect(await Promise.all([compile("a"), compile("b"), compile("c")])).toEqual(["a", "b", "c"]);
    expect(await compile("d")).toBe("d");
  });

  it("keeps its thread after a large policy, and ends it when idle after a small one", async () => {
    const compiler = keep(
      createPolicyCompiler({
        workerUrl: script(counting),
        idleMs: 1,
      }),
    );
    const countAfter = async (sources: readonly SourceFile[]) => {
      const { diagnostics } = await compiler.compile(sources);
      await sleep(20); // the compiler's timer is due before
      return diagnostics[0]?.message;
    };
    const large = [{ name: "policy.yaml", text: "#".repeat(200_000) }];
    expect(await countAfter(large)).toBe("1");
    expect(await countAfter(large)).toBe("2");
    expect(await countAfter(files)).toBe("3");
    expect(await countAfter(files)).toBe("1");
    expect(await Promise.all([compiler.compile(files), countAfter(files)])).toMatchObject([
      { diagnostics: [{ message: "1" }] },
      "2",
    ]);
  });

  it("ends its thread at once after the first policy when it is small, and keeps it after an edit", async () => {
    const compiler = keep(
      createPolicyCompiler({
        workerUrl: script(counting),
      }),
    );
    const countAfter = async () => {
      const { diagnostics } = await compiler.compile(files);
      await sleep(20); // the compiler's timer is due before
      return diagnostics[0]?.message;
    };
    expect([await countAfter(), await countAfter(), await countAfter()]).toEqual(["1", "1", "2"]);
  });

  it("recovers when the thread that waits for the next compilation dies", async () => {
    const dying = keep(
      createPolicyCompiler({
        workerUrl: script(
          `import { parentPort } from "node:worker_threads";
           setTimeout(() => process.exit(1), 150);
           parentPort.on("message", () => parentPort.postMessage({ diagnostics: [] }));`,
        ),
      }),
    );
    expect(await dying.compile(files)).toEqual({ diagnostics: [] });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await dying.compile(files)).toEqual({ diagnostics: [] });
  });
});
