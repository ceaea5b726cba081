import { readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis } from "../services/available.js";
import { eventually } from "../services/eventually.js";
import { close, listen } from "../services/listen.js";
import { startRedis, type TestRedis } from "../services/redis.js";
import { writeFaultyPolicies } from "./faulty-upstream.js";
import { type ProxyProcess, startProxy } from "./proxy-process.js";

/** Refuses every call of the model `a`, and answers all others. */
const called: string[] = [];
const upstream = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string };
    called.push(model);
    const message = { role: "assistant", content: "hello" };
    response.writeHead(model === "a" ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: "c", model, choices: [{ index: 0, message, finish_reason: "stop" }] }));
  });
});

describe.skipIf(!hasRedis)("three server processes", () => {
  let redis: TestRedis;
  let policies: string;
  let servers: ProxyProcess[] = [];
  beforeAll(async () => {
    const origin = await listen(upstream);
    policies = await writeFaultyPolicies(`${origin}/v1`);
    redis = await startRedis();
    servers = await Promise.all([1, 2, 3].map(() => startProxy(policies, { REDIS_URL: redis.url })));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await redis?.stop();
    await close(upstream);
  });

  const ask = async ({ url }: ProxyProcess) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
    });
    await response.text();
    return { status: response.status, policy: response.headers.get("x-route-policy") ?? "" };
  };
  const circuitOf = async ({ url }: ProxyProcess) => {
    const { endpoints } = (await (await fetch(`${url}/admin/health`)).json()) as {
      endpoints: { endpoint: string; circuit: { state: string } }[];
    };
    return endpoints.find(({ endpoint }) => endpoint === "acme/a@acme")?.circuit.state;
  };

  it("what one learned of an endpoint the others act on, though the one is killed", async () => {
    const [first, ...others] = servers as [ProxyProcess, ...ProxyProcess[]];
    while ((await circuitOf(first)) === "closed") expect((await ask(first)).status).toBe(200);
    for (const other of others) await eventually(async () => expect(await circuitOf(other)).toBe("open"));
    await first.kill();
    const before = called.filter((model) => model === "a").length;
    for (const other of others) expect((await ask(other)).status).toBe(200);
    expect(called.filter((model) => model === "a")).toHaveLength(before);
    servers[0] = await startProxy(policies, { REDIS_URL: redis.url });
  });

  it("an edit of the policy reaches all of them, and no request fails meanwhile", async () => {
    const before = new Set((await Promise.all(servers.map(ask))).map(({ policy }) => policy));
    expect(before.size).toBe(1);
    let isOver = false;
    const answers: { status: number; policy: string }[] = [];
    const clients = Promise.all(
      servers.map(async (server) => {
        while (!isOver) answers.push(await ask(server));
      }),
    );
    // As an editor does: written aside, and renamed.
    const file = join(policies, "policy.yaml");
    await writeFile(`${file}.new`, (await readFile(file, "utf8")).replace("to: [acme/a]", "to: [acme/c]"));
    await rename(`${file}.new`, file);
    await eventually(async () => {
      const revisions = new Set(
        await Promise.all(
          servers.map(async ({ url }) => {
            const { serving } = (await (await fetch(`${url}/admin/policy`)).json()) as {
              serving: { revision: string };
            };
            return `faulty@${serving.revision.slice(0, 12)}`;
          }),
        ),
      );
      expect(revisions.size).toBe(1);
      expect(before).not.toContain([...revisions][0]);
    });
    const after = await Promise.all(servers.map(ask));
    isOver = true;
    await clients;
    expect(new Set(after.map(({ policy }) => policy)).size).toBe(1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    // Two revisions at most served side by side: no third one of a directory read half-way.
    expect(new Set(answers.map(({ policy }) => policy)).size).toBeLessThanOrEqual(2);
  });
});
