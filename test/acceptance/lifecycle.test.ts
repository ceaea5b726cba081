import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../services/eventually.js";
import { listen, portOf } from "../services/listen.js";
import { runPolicy } from "./proxy-process.js";

const cli = join(import.meta.dirname, "../../dist/cli/main.js");
const policyText = (name: string) => `kind: policy
name: ${name}
rules: []
default:
  route: { to: [acme/slow] }
`;
const catalogText = (replyMs: number) => `kind: catalog
providers:
  slow: { format: simulated, simulate: { latency_ms: ${replyMs}, chunk_delay_ms: 20, reply: "a b c d e f g h i j" } }
models:
  acme/slow: { context_window: 32k, endpoints: [{ provider: slow, model: slow }] }
`;

// Real processes and real signals.
describe("policy serve from start to end", () => {
  let folder: string;
  let policies: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-lifecycle-"));
    policies = join(folder, "policies");
    await mkdir(policies);
    await writeFile(join(policies, "catalog.yaml"), catalogText(300));
    await writeFile(join(policies, "policy.yaml"), policyText("first"));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start(
    args: readonly string[] = [],
    environment: Record<string, string> = {},
    log: "pipe" | number = "pipe",
  ) {
    const { PATH, HOME } = process.env;
    const child: ChildProcess = spawn(
      process.execPath,
      [cli, "serve", "--policies", policies, "--port", "0", ...args],
      {
        env: { PATH, HOME, DATABASE_URL: `sqlite:${join(folder, "data/routewright.db")}`, ...environment },
        stdio: ["ignore", "pipe", log],
      },
    );
    children.push(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Buffer) => {
        output += data.toString();
      });
    }
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const port = await eventually(() => {
      const [, found] = /serving http:\/\/[^ ]+:(\d+)/.exec(output) ?? [];
      if (found === undefined) throw new Error(`not listening yet:\n${output}`);
      return found;
    });
    return { child, ended, url: `http://127.0.0.1:${port}`, output: () => output };
  }
  const ask = (url: string, stream: boolean) =>
    fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify({ stream, messages: [] }) });

  it("SIGTERM lets requests under way end, takes no new ones, writes their records, and ends with 0", async () => {
    const { child, ended, url } = await start();
    const whole = ask(url, false);
    const streamed = ask(url, true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGTERM");
    await eventually(() => expect(fetch(`${url}/healthz`)).rejects.toThrow());
    const [first, second] = await Promise.all([whole, streamed]);
    expect(await first.json()).toMatchObject({ object: "chat.completion" });
    expect(await second.text()).toContain("data: [DONE]");
    const at = Date.now();
    expect(await ended).toBe(0);
    expect(Date.now() - at).toBeLessThan(8_000); // idle keep-alive connections do not hold it up

    const again = await start();
    const { decisions } = (await (await fetch(`${again.url}/admin/decisions`)).json()) as {
      decisions: { id: string }[];
    };
    const ids = [first, second].map((answer) => answer.headers.get("x-route-decision"));
    expect(decisions.map(({ id }) => id).sort()).toEqual(ids.sort());
    again.child.kill("SIGINT");
    expect(await again.ended).toBe(0);
  });

  it("SIGHUP reloads the policies", async () => {
    const { child, url } = await start();
    await writeFile(join(policies, "policy.yaml"), policyText("second"));
    child.kill("SIGHUP");
    await eventually(async () => {
      const { serving } = (await (await fetch(`${url}/admin/policy`)).json()) as { serving: { name: string } };
      expect(serving.name).toBe("second");
    });
    const reload = await fetch(`${url}/admin/policy/reload`, { method: "POST" });
    expect([reload.status, await reload.json()]).toMatchObject([200, { result: "unchanged" }]);
    await writeFile(join(policies, "policy.yaml"), policyText("third").replace("acme/slow", "acme/none"));
    const refused = await fetch(`${url}/admin/policy/reload`, { method: "POST" });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { result: "rejected", serving: { name: "second" } },
    ]);
    await writeFile(join(policies, "policy.yaml"), policyText("first"));
  });

  // A database that accepts connections and says nothing holds the start up.
  it.each([
    ["SIGTERM", 0],
    ["SIGHUP", 1], // that of a start that fails, once the database hangs up
  ] as const)("%s while it starts: it ends with %d", async (signal, code) => {
    const database = createTcpServer();
    const asked = new Promise<Socket>((resolve) => database.once("connection", resolve));
    await listen(database);
    const child = spawn(process.execPath, [cli, "serve", "--policies", policies, "--port", "0"], {
      env: { PATH: process.env["PATH"], DATABASE_URL: `postgres://127.0.0.1:${portOf(database)}/none` },
      stdio: "ignore",
    });
    children.push(child);
    const ended = new Promise((resolve) => child.once("exit", (...how) => resolve(how)));
    const connection = await asked;
    child.kill(signal);
    if (signal === "SIGHUP") {
      connection.destroy();
      database.on("connection", (socket) => socket.destroy());
    }
    expect(await ended).toEqual([code, null]);
    connection.destroy();
    database.close();
  });

  it.skipIf(!existsSync("/dev/full"))("goes on while its log cannot be written", async () => {
    const full = await open("/dev/full", "w");
    const { child, ended, url } = await start([], {}, full.fd);
    await full.close();
    await writeFile(join(policies, "policy.yaml"), "kind: policy\n");
    await eventually(async () => {
      const status = (await (await fetch(`${url}/admin/policy`)).json()) as { rejected?: object };
      expect(status.rejected).toBeDefined(); // which is logged
    });
    await writeFile(join(policies, "policy.yaml"), policyText("first"));
    expect((await ask(url, false)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("warns when others than this machine can reach it and no API key was made", async () => {
    const { output } = await start(["--host", "0.0.0.0"]);
    await eventually(() => expect(output()).toContain("requests are refused until one is made"));
  });

  it("answers /admin from this machine with the token only, once there is one", async () => {
    const { url } = await start([], { ADMIN_TOKEN: "t0ken" });
    expect((await fetch(`${url}/admin/policy`)).status).toBe(401);
    const { status } = await fetch(`${url}/admin/policy`, { headers: { authorization: "Bearer t0ken" } });
    expect(status).toBe(200);
  });

  describe("what makes starting impossible is one message and exit code 1", () => {
    let taken: Server;
    beforeAll(async () => {
      taken = createServer();
      await listen(taken);
    });
    afterAll(() => {
      taken.close();
    });
    const database = () => ({ DATABASE_URL: `sqlite:${join(folder, "other/routewright.db")}` });

    it.each<[string, () => [string[], Record<string, string>], RegExp]>([
      [
        "a port in use",
        () => [["--policies", policies, "--port", String(portOf(taken))], database()],
        /port \d+ on 127\.0\.0\.1 is in use.*--port/,
      ],
      [
        "a host that is none of this machine's",
        () => [["--policies", policies, "--host", "192.0.2.1"], database()],
        /192\.0\.2\.1 is no address of this machine/,
      ],
      ["no policies", () => [["--policies", join(folder, "nowhere"), "--port", "0"], database()], /nowhere/],
      [
        "a database that cannot be opened",
        () => [
          ["--policies", policies, "--port", "0"],
          { DATABASE_URL: `sqlite:${join(policies, "policy.yaml", "x.db")}` },
        ],
        /the folder .*policy\.yaml for the database cannot be made: .*; name another file in DATABASE_URL/,
      ],
    ])("%s", async (_what, of, message) => {
      const [args, environment] = of();
      const { code, stderr, stdout } = await runPolicy(["serve", ...args], environment);
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(stderr).not.toMatch(/^\{/m); // no log beside the message: nothing was served
      expect(stdout).not.toContain("serving http");
    });
  });

  it("keeps its database where it is told to", async () => {
    expect((await readFile(join(folder, "data/routewright.db"))).subarray(0, 15).toString()).toBe("SQLite format 3");
  });
});
