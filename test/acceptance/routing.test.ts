import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../services/eventually.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";
import { policyText, startUpstream, type Upstream, writePolicies } from "./two-upstreams.js";

interface Answer {
  readonly status: number;
  readonly rule: string | null;
  readonly model: string | null;
  readonly decision: string | null;
  readonly attempts: string | null;
  readonly text: string;
}

describe("a proxy over two real upstreams", () => {
  let left: Upstream;
  let right: Upstream;
  let policies: { directory: string; remove: () => Promise<void> };
  let proxy: ProxyProcess;

  beforeAll(async () => {
    left = await startUpstream("left");
    right = await startUpstream("right");
    policies = await writePolicies(left, right);
    proxy = await startProxy(policies.directory);
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([left.stop(), right.stop(), policies.remove()]);
  });

  async function ask(headers: Record<string, string> = {}, body: object = {}): Promise<Answer> {
    const answer = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }], ...body }),
    });
    const header = (name: string) => answer.headers.get(`x-route-${name}`);
    return {
      status: answer.status,
      rule: header("rule"),
      model: header("model"),
      decision: header("decision"),
      attempts: header("attempts"),
      text: await answer.text(),
    };
  }

  it.each([
    ["no hint", {}, "default", "acme/small"],
    ["a tag", { "x-route-tags": "code" }, "code", "acme/large"],
    ["a long context", { "x-route-context-tokens": "25k" }, "long", "acme/large"],
    ["a budget", { "x-route-budget-usd": "1.50" }, "rich", "acme/large"],
    ["patience", { "x-route-max-latency-ms": "9000" }, "patient", "acme/large"],
    ["a requirement", { "x-route-tags": "pii" }, "default", "acme/large"],
  ])("%s routes to %s%s", async (_hint, headers, rule, model) => {
    const answer = await ask(headers as Record<string, string>);
    expect(answer).toMatchObject({ status: 200, rule, model });
    expect(answer.text).toContain(model === "acme/small" ? "answered by left" : "answered by right");
  });

  it("sends the body unchanged but for the model's name", async () => {
    const body =
      '{ "temperature": 1.0, "seed":12345678901234567890,"model" : "auto", "x_unknown": [1e2, {"a":"\\u00e9"}],\n"messages":[{"role":"user","content":"hi"}] }';
    await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(left.bodies.at(-1)).toBe(body.replace('"auto"', '"small-left"'));
  });

  it("refuses by policy with the rule's words", async () => {
    const answer = await ask({ "x-route-tags": "secret" }, { model: "acme/large" });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: {
        code: "denied_by_policy",
        message: expect.stringContaining("Tag secret may not leave the house; model acme/large was asked for."),
      },
      decision: answer.decision,
    });
  });

  it("explains a described request, and a recorded decision, with the route the proxy took", async () => {
    const served = await ask({ "x-route-tags": "code,pii", "x-route-budget-usd": "0.5" });
    const described = await runPolicy([
      "explain",
      "--policies",
      policies.directory,
      "--tags",
      "code,pii",
      "--budget-usd",
      "0.5",
      "--json",
    ]);
    const record = JSON.parse(described.stdout);
    expect(record.outcome.route.rule).toBe(served.rule);
    expect(record.chosen).toBe(`${served.model}@right`);

    const reproduced = await runPolicy(["explain", "--decision", served.decision ?? "", "--server", proxy.url]);
    expect(reproduced.stderr).toBe("");
    expect(reproduced.stdout).toContain("acme/large@right");
    expect(reproduced.stdout).toContain("pii-in-eu");
    expect(reproduced.stdout).toMatch(/acme\/small@left.*requirement/);
  });

  it("explains the failed conditions of the rules above", async () => {
    const { stdout } = await runPolicy([
      "explain",
      "--policies",
      policies.directory,
      "--max-latency-ms",
      "9000",
      "--context-tokens",
      "1k",
    ]);
    expect(stdout).toMatch(/code .*absent/);
    expect(stdout).toMatch(/long .*policy\.yaml:\d+.*20,000/s);
    expect(stdout).toContain("patient");
  });

  it("reloads an edit without a failed request under load, and keeps the last good one", async () => {
    const file = join(policies.directory, "policy.yaml");
    const before = await ask({ "x-route-tags": "code" });
    expect(before.model).toBe("acme/large");

    let running = true;
    const statuses = new Set<number>();
    let served = 0;
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (running) {
          statuses.add((await ask({ "x-route-tags": "code" })).status);
          served += 1;
        }
      }),
    );
    const edited = policyText.replace(
      "route: { to: [acme/large], fallback: [acme/small] }",
      "route: { to: [acme/small] }",
    );
    const folder = await mkdtemp(join(tmpdir(), "routewright-edit-"));
    await writeFile(join(folder, "policy.yaml"), edited);
    const savedAt = Date.now();
    await rename(join(folder, "policy.yaml"), file).catch(() => writeFile(file, edited));
    await rm(folder, { recursive: true, force: true });
    await eventually(async () => expect((await ask({ "x-route-tags": "code" })).model).toBe("acme/small"));
    const tookMs = Date.now() - savedAt;
    console.log(`an edit was live after ${tookMs} ms under load`); // how soon is measured in bench/reload

    await writeFile(file, edited.replace("acme/small] }", "acme/smal] }"));
    const status = await eventually(async () => {
      const answer = await fetch(`${proxy.url}/admin/policy`);
      const text = await answer.text();
      expect(text).toContain("RW1203");
      return text;
    });
    const { rejected } = JSON.parse(status) as { rejected: { text: string } };
    expect(rejected.text).toMatch(/policy\.yaml:\d+:\d+: error\[RW1203\]/);
    expect(rejected.text).toContain("did you mean `acme/small`?");
    expect(rejected.text).toContain("^");
    expect((await ask({ "x-route-tags": "code" })).model).toBe("acme/small");
    expect((await fetch(`${proxy.url}/readyz`)).status).toBe(200);

    await writeFile(file, policyText);
    await eventually(async () => expect((await ask({ "x-route-tags": "code" })).model).toBe("acme/large"));
    running = false;
    await load;
    console.log(`${served} requests under load, statuses ${[...statuses].join(", ")}`);
    expect([...statuses]).toEqual([200]);

    // A decision made before the edits is still explained under the policy it was made with.
    const { stdout } = await runPolicy([
      "explain",
      "--decision",
      before.decision ?? "",
      "--server",
      proxy.url,
      "--json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ chosen: "acme/large@right", outcome: { route: { rule: "code" } } });
  });

  it("lets the other upstream answer when one stops", async () => {
    await left.stop();
    const answer = await ask();
    expect(answer).toMatchObject({ status: 200, rule: "default", model: "acme/large", attempts: "2" });
    expect(answer.text).toContain("answered by right");
    const { record } = (await (await fetch(`${proxy.url}/admin/decisions/${answer.decision}`)).json()) as {
      record: { attempts: { endpoint: string; error_class?: string }[] };
    };
    expect(record.attempts.map((attempt) => [attempt.endpoint, attempt.error_class])).toEqual([
      ["acme/small@left", "connection"],
      ["acme/large@right", undefined],
    ]);
  });

  it("keeps the shipped files it was started from as a snapshot", async () => {
    const { serving } = (await (await fetch(`${proxy.url}/admin/policy`)).json()) as { serving: { revision: string } };
    const snapshot = (await (await fetch(`${proxy.url}/admin/policy/snapshots/${serving.revision}`)).json()) as {
      files: { name: string; text: string }[];
    };
    expect(snapshot.files.find((file) => file.name === "policy.yaml")?.text).toBe(
      await readFile(join(policies.directory, "policy.yaml"), "utf8"),
    );
  });
});
