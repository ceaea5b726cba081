import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../engine/index.js";
import { CompileFailure, compileInWorker } from "../../../server/policy-files/compile-in-worker.js";
import { catalogText, policyNamed } from "./harness.js";

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const files = [
  { name: "catalog.yaml", text: catalogText },
  { name: "policy.yaml", text: policyNamed("threaded") },
];
const built = join(import.meta.dirname, "../../../dist/server/policy-files/compile-in-worker.js");

describe("compileInWorker()", () => {
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
    const failing = compileInWorker(files, { workerUrl: script(text), ...options });
    await expect(failing).rejects.toThrow(CompileFailure);
    await expect(failing).rejects.toThrow(message);
  });

  // The thread runs compiled JavaScript; `npm test` builds before it tests.
  it.skipIf(!existsSync(built))("gives the same policy as compiling in this thread", async () => {
    const module = (await import(
      pathToFileURL(built).href
    )) as typeof import("../../../server/policy-files/compile-in-worker.js");
    const { value, diagnostics } = await module.compileInWorker(files);
    expect(diagnostics).toEqual([]);
    expect(value).toEqual(compilePolicy(files).value);
    const broken = await module.compileInWorker([{ name: "policy.yaml", text: "rules: [" }]);
    expect(broken.value).toBeUndefined();
    expect(broken.diagnostics).toEqual(compilePolicy([{ name: "policy.yaml", text: "rules: [" }]).diagnostics);
  });
});
