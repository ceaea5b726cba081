import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as undici from "undici";
import { describe, expect, it } from "vitest";

// Flags of V8 and files inside packages are promised by nobody: an upgrade may take them away. What fails here says what to do then.

const source = (file: string) => pathToFileURL(join(import.meta.dirname, "../..", file)).href;

/** What a process prints that runs a module. */
async function printedBy(script: string): Promise<string> {
  const flags = ["--import", source("test/server/run-typescript.mjs"), "--input-type=module", "--eval", script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
  return stdout + stderr;
}

describe(`V8 of Node ${process.version}`, () => {
  it("says which flag it does not know", async () => {
    const script = 'import { setFlagsFromString } from "node:v8"; setFlagsFromString("--no-such-flag");';
    expect(await printedBy(script)).toContain("unrecognized flag");
  });

  it.each([
    [
      "server/keep-heap-small.ts",
      "keepHeapSmall",
      "measure with bench/memory what a server takes without it (docs/decisions/2026-11-26-garbage-collection.md), then drop it or set what has its place",
    ],
    [
      "server/collect-garbage.ts",
      "collectGarbage",
      "look for how a thread may collect its garbage; without that the compiling and the counting thread keep what they do not need",
    ],
    [
      "server/inline-more.ts",
      "inlineMore",
      "measure with bench/proxy what a request takes without it, then drop it or set what has its place",
    ],
  ])("knows the flags that %s sets", async (file, name, advice) => {
    const printed = await printedBy(`import { ${name} } from ${JSON.stringify(source(file))}; ${name}();`);
    expect(printed, `Node ${process.version} does not take a flag of ${file}: ${advice}`).toBe("");
  });
});

describe("undici", () => {
  const load = createRequire(import.meta.url);
  it.each([
    ["undici/lib/dispatcher/agent.js", undici.Agent],
    ["undici/lib/api/api-request.js", undici.Dispatcher.prototype.request],
  ])("has in %s what it exports", (file, exported) => {
    const advice = `server/providers/http-calls.ts loads ${file} past undici's front door: load it from where it is now, or from "undici" (3 MB more of heap)`;
    expect(() => load(file), advice).not.toThrow();
    expect(load(file), advice).toBe(exported);
  });
});
