import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { realisticPolicy } from "../analysis/realistic-policy.mjs";

const here = (path) => new URL(path, import.meta.url).pathname;
/** For profiles: `BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=/tmp/profiles"`. */
const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(" ") ?? [];
const cli = here("../../dist/cli/main.js");

/** Starts a Node script that prints `listening PORT`. @returns its port, its process ids, and how to end it. */
export async function startScript(path, environment = {}) {
  const child = spawn(process.execPath, [here(path)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [, port] = await firstMatch(child, /listening (\d+)/);
  return { port: Number(port), pids: () => [child.pid], stop: () => child.kill("SIGKILL") };
}

/** What is measured, by name: each is started with the origin of the upstream. */
export const peers = {
  bare: (upstream) => startScript("peers/bare.mjs", { UPSTREAM: upstream }),
  express: (upstream) => startScript("peers/express.mjs", { UPSTREAM: upstream }),

  async nginx(upstream) {
    const folder = mkdtempSync(join(tmpdir(), "bench-nginx-"));
    const port = await freePort();
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off; pid ${folder}/pid; error_log stderr error; worker_processes 1;
events { worker_connections 16384; }
http {
  access_log off; client_max_body_size 64m; client_body_buffer_size 1m;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream provider { server ${new URL(upstream).host}; keepalive 256; }
  server {
    listen 127.0.0.1:${port}; keepalive_requests 1000000000;
    location / { proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}`,
    );
    const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    await untilOpen(port);
    return { port, pids: () => withChildren(child.pid), stop: () => child.kill("SIGTERM") };
  },

  /** Needs `npm ci --prefix bench/proxy`. */
  async portkey(upstream) {
    const port = await freePort();
    const script = here("node_modules/@portkey-ai/gateway/build/start-server.js");
    const child = spawn(process.execPath, [script, `--port=${port}`, "--headless"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    await untilOpen(port);
    const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": `${upstream}/v1` };
    return { port, headers, pids: () => [child.pid], stop: () => child.kill("SIGKILL") };
  },

  /** As it comes: no key, no exporter. */
  "routewright-plain": (upstream) => startRoutewright(upstream, { withKey: false, traces: false }),
  /** All on: a key with two budgets and limits, 50 rules, ledger, decision records, metrics, and traces to a collector. */
  routewright: (upstream) => startRoutewright(upstream, { withKey: true, traces: true }),
  /** The same, where the windows of candidates lie about the size of the larger bodies, so that tokens are counted. */
  "routewright-counting": (upstream) =>
    startRoutewright(upstream, { withKey: true, traces: true, windows: "32k to 1M" }),
  /** The same, with a provider of Anthropic's format. */
  "routewright-translating": (upstream) =>
    startRoutewright(upstream, { withKey: true, traces: true, format: "anthropic" }),
};

async function startRoutewright(upstream, { withKey, traces, format = "openai", windows = "1M" }) {
  const folder = mkdtempSync(join(tmpdir(), "bench-routewright-"));
  const policies = join(folder, "policies");
  mkdirSync(policies);
  for (const { name, text } of realisticPolicy(50, 7)) {
    writeFileSync(
      join(policies, name),
      text
        .replaceAll(/https:\/\/p\d\.example\/v1/g, `${upstream}/v1`)
        .replaceAll(/context_window: \d+k/g, (written) => (windows === "1M" ? "context_window: 1M" : written))
        .replaceAll("format: openai", `format: ${format}`)
        .replaceAll(/(p\d: \{)/g, "$1 api_key_env: BENCH_API_KEY,"),
    );
  }
  const environment = {
    ...process.env,
    BENCH_API_KEY: "upstream",
    DATABASE_URL: `sqlite:${join(folder, "bench.db")}`,
    ...(traces ? { OTEL_EXPORTER_OTLP_ENDPOINT: upstream, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" } : {}),
  };
  let headers = {};
  if (withKey) {
    const limits = "--budget 1000000/month --budget 100000/day --rpm 100000000 --tpm 100000000 --concurrent 100000";
    const made = spawnSync(process.execPath, [cli, "keys", "create", "--tenant", "tenant-1", ...limits.split(" ")], {
      env: environment,
      encoding: "utf8",
    });
    if (made.status !== 0) throw new Error(made.stderr);
    headers = { authorization: `Bearer ${made.stdout.trim()}` };
  }
  const child = spawn(process.execPath, [...nodeOptions, cli, "--policies", policies, "serve", "--port", "0"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [, port] = await firstMatch(child, /serving http:\/\/[^:]+:(\d+)/);
  const stop = () => {
    child.kill("SIGKILL");
    child.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  };
  return { port: Number(port), headers, pids: () => [child.pid], stop };
}

async function firstMatch(child, pattern) {
  for await (const line of createInterface({ input: child.stdout })) {
    const match = pattern.exec(line);
    if (match !== null) {
      child.stdout.resume();
      return match;
    }
  }
  throw new Error(`a contender ended before it listened (looked for ${pattern})`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilOpen(port) {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nothing listens on ${port}`);
}

function withChildren(parent) {
  const pids = [parent];
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      if (Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent) pids.push(Number(name));
    } catch {
      // gone meanwhile
    }
  }
  return pids;
}
