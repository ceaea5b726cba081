import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, startProxy } from "./proxy-process.js";

const programs = [...readFileSync("docs/clients.md", "utf8").matchAll(/```js\n([^`]+)```/g)].map(
  ([, text = ""]) => text,
);
const packageOf = (program: string) => /from "([^"]+)"/.exec(program)?.[1] ?? "";

// docs/clients.md shows programs that work: each is run as it stands, but for the server's port.
describe("the programs of docs/clients.md", () => {
  let proxy: ProxyProcess;
  beforeAll(async () => {
    proxy = await startProxy("policies");
  });
  afterAll(() => proxy.stop());

  it("are those of four libraries", () => {
    expect(programs.map(packageOf)).toEqual(["openai", "@anthropic-ai/sdk", "@langchain/openai", "@ai-sdk/openai"]);
  });

  it.each(programs.map((program) => [packageOf(program), program]))("%s", async (_library, program) => {
    const text = program.replaceAll("http://127.0.0.1:8080", proxy.url);
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", text], {
      env: { ...process.env, ROUTEWRIGHT_API_KEY: "any" },
    });
    expect(stdout).toMatch(/^(anthropic\/)?claude-sonnet-4[.-]5 .*You said: Reverse a list in SQL\n$/);
    const { decisions } = (await (await fetch(`${proxy.url}/admin/decisions?limit=1`)).json()) as {
      decisions: { facts: object }[];
    };
    expect(decisions[0]?.facts).toMatchObject({ tags: { value: ["code"], source: "header x-route-tags" } });
  });
});
