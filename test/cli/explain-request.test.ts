import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../engine/index.js";
import type { Api } from "../../server/http/body/body-of-api.js";
import { type ProxyProcess, runPolicy, startProxy } from "../acceptance/proxy-process.js";

// The same requests by curl and by `policy explain --request`: one reading.
/** The two are asked one after the other. */
function withoutTimes(outcome: object): object {
  return JSON.parse(JSON.stringify(outcome).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z( \([^)]*\))?/g, "now"));
}

describe("policy explain --request", () => {
  let folder: string;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-explain-"));
    proxy = await startProxy("policies");
  });
  afterAll(async () => {
    await proxy.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const messages = '"messages":[{"role":"user","content":"hi"}]';
  const asked: readonly (readonly [string, string, ...string[]])[] = [
    ["provider.only", `{"provider":{"only":["mistral"]},${messages}}`],
    ["a suffix", `{"model":"openai/gpt-4.1:floor",${messages}}`],
    ["models", `{"models":["google/gemini-2.5-flash"],${messages}}`],
    ["several answers and a budget", `{"n":3,${messages}}`, "x-route-budget-usd: 0.004"],
    ["a header twice", `{${messages}}`, "x-route-tags: code", "x-route-tags: pii"],
    ["a key twice", `{"a":1,"a":2,${messages}}`],
    ["a model that is no text", `{"model":5,${messages}}`],
    ["a strict hint that is unknown", `{${messages}}`, "x-route-strict: true", "x-route-foo: 1"],
    ["a limit that is no number", `{"max_tokens":"20000",${messages}}`],
  ];

  it.each(asked)("reads %s as the proxy does", async (_what, body, ...lines) => {
    const headers = new Headers({ "content-type": "application/json" });
    for (const line of lines) headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2));
    const served = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", headers, body });
    const answer = (await served.json()) as { error?: { code: string } };
    const file = join(folder, "body.json");
    await writeFile(file, body);
    const { code, stdout, stderr } = await runPolicy([
      ...["explain", "--policies", "policies", "--request", file, "--json"],
      ...lines.flatMap((line) => ["-H", line]),
    ]);
    if (answer.error !== undefined) {
      expect(code).toBe(1);
      expect(JSON.parse(stderr).error.answer).toMatchObject({ error: { code: answer.error.code } });
      return;
    }
    expect(stderr).toBe("");
    const record = JSON.parse(stdout);
    // And by the server, which reads it without serving it.
    const sent: Record<string, string[]> = {};
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(":"));
      sent[name] = [...(sent[name] ?? []), line.slice(name.length + 2)];
    }
    const explained = await fetch(`${proxy.url}/admin/explain`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ body: JSON.parse(body), headers: sent }),
    });
    const { policy, facts, outcome, chosen, warnings } = record;
    const time = expect.anything();
    const same = { policy, facts: { ...facts, time }, outcome: withoutTimes(outcome), chosen, warnings };
    const other = (await explained.json()) as { readonly outcome: object };
    expect({ ...other, outcome: withoutTimes(other.outcome) }).toMatchObject(same);
    expect(record.outcome.route.rule).toBe(served.headers.get("x-route-rule"));
    expect(record.chosen).toBe(`${served.headers.get("x-route-model")}@${served.headers.get("x-route-provider")}`);
  });

  it("names the hint that leaves a candidate out, and its value", async () => {
    const file = join(folder, "hint.json");
    await writeFile(file, `{"provider":{"only":["mistral"]},${messages}}`);
    const { stdout } = await runPolicy(["explain", "--policies", "policies", "--request", file]);
    expect(stdout).toContain("the request says provider.only: mistral");
  });

  const picture = '{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}';
  const ofOtherApis: readonly (readonly [Api, string])[] = [
    [
      "messages",
      `{"model":"auto","max_tokens":50,"system":"Be brief","messages":[{"role":"user","content":[${picture}]}]}`,
    ],
    ["messages", `{"model":"auto","max_tokens":50,"metadata":{"tags":["code"]},${messages}}`],
    ["responses", '{"model":"auto","input":"Reverse a list","metadata":{"tags":"code"},"max_output_tokens":50}'],
    ["completions", '{"model":"auto","prompt":"Once upon a time","max_tokens":50}'],
    ["embeddings", '{"model":"openai/text-embedding-3-small","input":"hi"}'],
    [
      "embeddings",
      JSON.stringify({ model: "openai/text-embedding-3-small", input: Array(3).fill("hi ".repeat(4_000)) }),
    ],
  ];
  it.each(ofOtherApis)("reads a body for %s as the proxy does", async (api, body) => {
    const headers = { "content-type": "application/json" };
    const served = await fetch(`${proxy.url}/v1/${api}`, { method: "POST", headers, body });
    await served.text();
    const stored = await fetch(`${proxy.url}/admin/decisions/${served.headers.get("x-route-decision")}`);
    const { record: decided } = (await stored.json()) as {
      record: { facts: Record<string, unknown>; world: World; chosen?: string };
    };
    const file = join(folder, "body.json");
    await writeFile(file, body);
    const { stdout, stderr } = await runPolicy(["explain", "--request", file, "--api", api, "--json"]);
    expect(stderr).toBe("");
    const record = JSON.parse(stdout);
    const { time: _, ...facts } = decided.facts;
    expect(record.facts).toMatchObject(facts);
    expect(record.chosen).toBe(decided.chosen);
    expect(record.world.largest_prompt).toBe(decided.world.largest_prompt);
  });

  it.each([
    ["chat", ofOtherApis[0]?.[1] ?? "", "`system` beside `messages`", "--api messages"],
    ["chat", `{"messages":[{"role":"user","content":[${picture}]}]}`, "content of Anthropic's API", "--api messages"],
    ["chat", `{"tools":[{"name":"a","input_schema":{}}],${messages}}`, "tools with `input_schema`", "--api messages"],
    ["chat", ofOtherApis[2]?.[1] ?? "", "`input` and no `messages`", "--api responses or --api embeddings"],
    ["chat", ofOtherApis[3]?.[1] ?? "", "`prompt` and no `messages`", "--api completions"],
    ["responses", `{${messages}}`, "messages", "--api chat or --api messages"],
  ])("refuses for %s what is of another API", async (api, body, sign, advice) => {
    const file = join(folder, "body.json");
    await writeFile(file, body);
    const { code, stderr } = await runPolicy(["explain", "--request", file, "--api", api]);
    expect(code).toBe(2);
    expect(stderr).toContain(sign);
    expect(stderr).toContain(advice);
  });
});
