import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase } from "../services/engines.js";
import { eventually } from "../services/eventually.js";
import { freePort } from "../services/free-port.js";
import { startPostgres, type TestPostgres } from "../services/postgres.js";
import { startRedis, type TestRedis } from "../services/redis.js";

const cli = join(import.meta.dirname, "../../dist/cli/main.js");

let postgres: TestPostgres;
let redis: TestRedis;
let folder: string;
let nginx: ChildProcess | undefined;
const servers: ChildProcess[] = [];

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  folder = await mkdtemp(join(tmpdir(), "routewright-rolling-"));
});
afterAll(async () => {
  nginx?.kill("SIGTERM");
  await Promise.all(servers.map((server) => stop(server)));
  await Promise.all([postgres?.stop(), redis?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function serve(port: number, environment: Record<string, string>): Promise<ChildProcess> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [cli, "serve", "--policies", "policies", "--port", String(port)], {
    env: { PATH, HOME, ...environment },
    stdio: "ignore",
  });
  await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), 60_000);
  return child;
}

/** @returns its exit code. */
function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  return ended;
}

it("restarting three servers one after the other behind nginx drops no request", async () => {
  const environment = { DATABASE_URL: await createDatabase(postgres.url, "rolling"), REDIS_URL: redis.url };
  const [port = 0, ...ports] = await Promise.all([1, 2, 3, 4].map(() => freePort()));
  servers.push(...(await Promise.all(ports.map((one) => serve(one, environment)))));
  let config = await readFile("examples/replicas/nginx.conf", "utf8");
  config = config.replaceAll("@DIR@", folder).replace("@PORT@", String(port));
  for (const [index, one] of ports.entries()) config = config.replace(`@PORT${index + 1}@`, String(one));
  // nginx's workers run as another user when root starts it.
  await writeFile(join(folder, "nginx.conf"), process.getuid?.() === 0 ? `user root;\n${config}` : config);
  nginx = spawn("nginx", ["-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), 10_000);

  const dropped: string[] = [];
  let whole = 0;
  let isOver = false;
  const client = async (number: number) => {
    while (!isOver) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ stream: number % 2 === 0, messages: [{ role: "user", content: "hi" }] }),
      });
      const text = await response.text();
      const isWhole = number % 2 === 0 ? text.endsWith("data: [DONE]\n\n") : text.endsWith("}");
      if (response.status === 200 && isWhole) whole += 1;
      else dropped.push(`${response.status} ${text.slice(-200)}`);
      await new Promise((resolve) => setTimeout(resolve, 20)); // servers that start are to get their share of the processor
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, (_, number) => client(number)));
  for (const [index, one] of ports.entries()) {
    expect(await stop(servers[index]!)).toBe(0);
    servers[index] = await serve(one, environment);
  }
  isOver = true;
  await clients;
  const said = await readFile(join(folder, "nginx-error.log"), "utf8");
  expect(dropped, said).toEqual([]);
  console.log(`${whole} requests during three restarts, none dropped`);
}, 120_000);
