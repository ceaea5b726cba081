import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../server/storage/open-database.js";
import { eventually } from "../services/eventually.js";
import { close, listen } from "../services/listen.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

/** Answers "Write to jane@example.com about EMP-123456", in pieces when streaming. */
const upstream = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { stream } = JSON.parse(Buffer.concat(chunks).toString()) as { stream?: boolean };
    const common = { id: "c", created: 1, model: "m" };
    if (stream !== true) {
      const message = { role: "assistant", content: "Write to jane@example.com about EMP-123456" };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...common, choices: [{ index: 0, message, finish_reason: "stop" }] }));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const content of ["Write to jane@ex", "ample.com about EMP-12", "3456"]) {
      response.write(`data: ${JSON.stringify({ ...common, choices: [{ index: 0, delta: { content } }] })}\n\n`);
    }
    const last = [{ index: 0, delta: {}, finish_reason: "stop" }];
    response.end(`data: ${JSON.stringify({ ...common, choices: last })}\n\ndata: [DONE]\n\n`);
  });
});

const PROMPT = "my card is 4111 1111 1111 1111, prompt-of-this-test";
const ADMIN = { ADMIN_TOKEN: "admin-token-of-this-test" };
let folder: string;
let recording: ProxyProcess;
let silent: ProxyProcess;

beforeAll(async () => {
  const origin = await listen(upstream);
  folder = await mkdtemp(join(tmpdir(), "routewright-content-"));
  await writeFile(join(folder, "policy.yaml"), "kind: policy\nname: p\nrules: []\ndefault:\n  route: { to: [a/m] }\n");
  await writeFile(
    join(folder, "catalog.yaml"),
    `kind: catalog
providers:
  p: { format: openai, base_url: "${origin}/v1" }
models:
  a/m: { context_window: 100k, price: { input: 1, output: 2 }, endpoints: [{ provider: p, model: m }] }
`,
  );
  const patterns = join(folder, "patterns.txt");
  await writeFile(patterns, "# staff numbers\n\\bEMP-\\d{6}\\b\n");
  [recording, silent] = await Promise.all([
    startProxy(folder, { ...ADMIN, RECORD_CONTENT: "1", CONTENT_PATTERNS: patterns }),
    startProxy(folder, ADMIN),
  ]);
});
afterAll(async () => {
  await Promise.all([recording?.stop(), silent?.stop()]);
  await close(upstream);
  await rm(folder, { recursive: true, force: true });
});

async function ask({ url }: ProxyProcess, stream: boolean, token?: string): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ stream, messages: [{ role: "user", content: PROMPT }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get("x-route-decision") ?? "";
}

async function read({ url }: ProxyProcess, decision: string, token: string): Promise<{ content?: unknown }> {
  const response = await fetch(`${url}/admin/decisions/${decision}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as { content?: unknown };
}

it("keeps prompt and answer, whole and streamed, redacted, for administrators", async () => {
  for (const stream of [false, true]) {
    const decision = await ask(recording, stream);
    await eventually(async () => {
      const { content } = await read(recording, decision, ADMIN.ADMIN_TOKEN);
      expect(content).toMatchObject({
        request: { messages: [{ role: "user", content: "my card is [card], prompt-of-this-test" }] },
        answer: { choices: [{ message: { content: "Write to [email] about [redacted]" } }] },
      });
    });
    const environment = { ...ADMIN };
    const shown = await runPolicy(
      ["explain", "--decision", decision, "--server", recording.url, "--content"],
      environment,
    );
    expect(JSON.parse(shown.stdout)).toMatchObject({ answer: { choices: [{ finish_reason: "stop" }] } });
  }
  expect(recording.output()).toContain("RECORD_CONTENT is on");
  expect(recording.output()).not.toContain("prompt-of-this-test");
  const metrics = await (await fetch(`${recording.url}/metrics`)).text();
  expect(metrics).toMatch(/^routewright_contents_written_total \d/m);
  expect(metrics).toContain("routewright_contents_lost_total 0");
});

it("keeps the body as the client sent it: also what it says to this server, which no provider gets", async () => {
  const messages = [{ role: "user", content: "hi" }];
  const body = { model: "a/m", models: ["a/m"], provider: { only: ["p"] }, metadata: { tags: "code" }, messages };
  const response = await fetch(`${recording.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.text();
  const decision = response.headers.get("x-route-decision") ?? "";
  await eventually(async () => {
    expect(await read(recording, decision, ADMIN.ADMIN_TOKEN)).toHaveProperty("content.request", body);
  });
});

it("keeps nothing unless it is asked to", async () => {
  const decision = await ask(silent, false);
  await eventually(async () => expect(await read(silent, decision, ADMIN.ADMIN_TOKEN)).toHaveProperty("record"));
  expect(await read(silent, decision, ADMIN.ADMIN_TOKEN)).not.toHaveProperty("content");
  const shown = await runPolicy(["explain", "--decision", decision, "--server", silent.url, "--content"], ADMIN);
  expect(shown.code).toBe(1);
  expect(shown.stderr).toContain("it is recorded with RECORD_CONTENT=1 only");
  const { db, close } = await openDatabase(`sqlite:${silent.database}`);
  expect(await db.selectFrom("contents").selectAll().execute()).toEqual([]);
  await close();
});

it("shows it to keys of scope admin, and the record alone to those of scope read", async () => {
  const environment = { DATABASE_URL: `sqlite:${recording.database}` };
  const key = async (scope: string) =>
    (await runPolicy(["keys", "create", "--scope", scope], environment)).stdout.trim();
  const [admin, reader, caller] = [await key("admin"), await key("read"), await key("inference")];
  const decision = await ask(recording, false, caller);
  await eventually(async () => expect(await read(recording, decision, admin)).toHaveProperty("content.request"));
  expect(await read(recording, decision, reader)).not.toHaveProperty("content");
});

it("stops with what it has written: nothing of it waits for the next start", async () => {
  const policies = folder;
  const database = `sqlite:${join(folder, "stopped.db")}`;
  const proxy = await startProxy(policies, { ...ADMIN, RECORD_CONTENT: "1", DATABASE_URL: database });
  const decision = await ask(proxy, true);
  await proxy.stop();
  const { db, close } = await openDatabase(database);
  const rows = await db.selectFrom("contents").select("id").execute();
  expect(rows).toEqual([{ id: decision }]);
  await close();
});

it("refuses to start with a pattern that is none", async () => {
  const patterns = join(folder, "broken.txt");
  await writeFile(patterns, "(unclosed\n");
  const { code, stderr } = await runPolicy(["serve", "--policies", folder, "--port", "0"], {
    RECORD_CONTENT: "1",
    CONTENT_PATTERNS: patterns,
    DATABASE_URL: "sqlite::memory:",
  });
  expect(code).toBe(1);
  expect(stderr).toContain("broken.txt:1: ");
});
