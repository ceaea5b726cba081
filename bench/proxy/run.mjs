/**
 * What the proxy costs beside others, as multiples of a bare Node proxy in the same run (`peers/bare.mjs`). Linux only: CPU
 * time and memory are read from /proc.
 *
 *     npm run build && node bench/proxy/run.mjs                       bare, express, nginx and Routewright
 *     npm ci --prefix bench/proxy && node bench/proxy/run.mjs --peers bare,portkey,routewright
 *
 * Options: --peers, --suites saturated,stream,chunk,rate,held,memory,abort, --sizes 1,32,512 (KB), --rounds 5, --ms 1500 a round,
 * --warm 6000 ms. Contenders take turns within each round; a figure is the median of its rounds (least and most in brackets).
 */
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { peers, startScript } from "./peers.mjs";

const { values } = parseArgs({
  options: {
    peers: { type: "string", default: "bare,routewright" },
    suites: { type: "string", default: "saturated,stream,rate,abort" },
    sizes: { type: "string", default: "1,32,512" },
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "1500" },
    warm: { type: "string", default: "6000" },
  },
});
const names = values.peers.split(",");
const rounds = Number(values.rounds);
const ms = Number(values.ms);
const CONNECTIONS = 64;

const load = fork(new URL("load.mjs", import.meta.url).pathname);
const ask = (job) =>
  new Promise((resolve) => {
    load.once("message", resolve);
    load.send(job);
  });

console.log(
  `${cpus().length} × ${cpus()[0].model}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}\n`,
);
const suites = { saturated, stream, chunk, rate, held, memory, abort };
for (const suite of values.suites.split(",")) await suites[suite]();
load.disconnect();

/** CPU a request while {@link CONNECTIONS} connections ask without a pause. */
async function saturated() {
  await withPeers({}, names, async (running) => {
    for (const kilobytes of values.sizes.split(",").map(Number)) {
      await compare(
        `CPU a request, ${kilobytes} KB body, saturated (${CONNECTIONS} connections)`,
        running,
        (peer, forMs) =>
          ask({
            kind: "closed",
            port: peer.port,
            request: requestOf(peer, { kilobytes }),
            connections: CONNECTIONS,
            ms: forMs,
          }),
      );
    }
  });
}

/** CPU a chunk of 100 streams, 40 chunks a second each. */
async function stream() {
  await withPeers({ CHUNK_EVERY_MS: "25", CHUNKS: "80" }, names, (running) =>
    compare(
      "CPU a stream chunk (100 streams, 4,000 chunks a second)",
      running,
      (peer, forMs, streams = 100) =>
        ask({ kind: "streams", port: peer.port, request: requestOf(peer, { isStream: true }), streams, ms: forMs }),
      400,
    ),
  );
}

/** CPU a chunk of 100 long streams, 100 chunks a second each: hardly anything of it is their requests'. */
async function chunk() {
  await withPeers({ CHUNK_EVERY_MS: "10", CHUNKS: "800" }, names, (running) =>
    compare("CPU a chunk of long streams (100 streams, 10,000 chunks a second)", running, (peer) =>
      ask({ kind: "streams", port: peer.port, request: requestOf(peer, { isStream: true }), streams: 100, ms: 400 }),
    ),
  );
}

/** Latency at 200 requests a second. */
async function rate() {
  await withPeers({ DELAY_MS: "20" }, ["direct", ...names], (running) =>
    compare("200 requests a second, 1 KB, upstream 20 ms", running, (peer, forMs) =>
      ask({ kind: "rate", port: peer.port, request: requestOf(peer, {}), perSecond: 200, ms: forMs }),
    ),
  );
}

/** Streams held at once, a chunk each 100 ms. */
async function held() {
  for (const streams of [1_000, 1_500, 2_000]) {
    await withPeers({ CHUNK_EVERY_MS: "100", CHUNKS: "100" }, names, (running) =>
      compare(`${streams.toLocaleString("en-US")} streams held, a chunk each 100 ms`, running, (peer, forMs) =>
        ask({ kind: "streams", port: peer.port, request: requestOf(peer, { isStream: true }), streams, ms: forMs }),
      ),
    );
  }
}

/** Memory over many requests, and with 64 large bodies under way. */
async function memory() {
  console.log(
    "\n## Memory over 100,000 requests, MiB\n\n| | at first | after 20,000 | 60,000 | 100,000 | peak with 64 × 512 KB |\n|---|---|---|---|---|---|",
  );
  await withPeers({}, names, async (running) => {
    for (const peer of running) {
      const seen = [rss(peer)];
      let requests = 0;
      const until = async (count) => {
        while (requests < count) {
          const job = {
            kind: "closed",
            port: peer.port,
            request: requestOf(peer, {}),
            connections: CONNECTIONS,
            ms: 1_000,
          };
          requests += (await ask(job)).requests;
        }
        seen.push(rss(peer));
      };
      for (const count of [20_000, 60_000, 100_000]) await until(count);
      const large = requestOf(peer, { kilobytes: 512 });
      await ask({ kind: "closed", port: peer.port, request: large, connections: 64, ms: 3_000 });
      console.log(
        `| ${peer.name} | ${seen.map((kib) => Math.round(kib / 1024)).join(" | ")} | ${Math.round(peak(peer) / 1024)} |`,
      );
    }
  });
}

/** How long the upstream's streams stay open after 100 clients hang up. */
async function abort() {
  console.log("\n## 100 clients hang up mid-stream\n\n| | all upstream streams closed after |\n|---|---|");
  await withPeers({ CHUNK_EVERY_MS: "50", CHUNKS: "400" }, names, async (running, upstream) => {
    for (const peer of running) {
      await ask({ kind: "abort", port: peer.port, request: requestOf(peer, { isStream: true }), streams: 100 });
      const start = performance.now();
      let open = 100;
      while (open > 0 && performance.now() - start < 5_000) open = (await (await fetch(upstream)).json()).streams;
      console.log(
        `| ${peer.name} | ${open > 0 ? `${open} still open after 5 s` : `${(performance.now() - start).toFixed(0)} ms`} |`,
      );
    }
  });
}

async function withPeers(environment, wanted, use) {
  const upstream = await startScript("upstream.mjs", environment);
  const origin = `http://127.0.0.1:${upstream.port}`;
  const running = [];
  try {
    for (const name of wanted) {
      const peer = name === "direct" ? { port: upstream.port, pids: () => [], stop() {} } : await peers[name](origin);
      running.push({ name, ...peer });
    }
    await use(running, origin);
  } finally {
    for (const { stop } of running) stop();
    upstream.stop();
  }
}

/** @param warming handed to `measure` before the first round: more of the same, so that its code is compiled. */
async function compare(title, running, measure, warming) {
  const rows = new Map(running.map(({ name }) => [name, []]));
  for (const peer of running) {
    // Tens of thousands of requests: at 200 a second the compiler of the runtime would take minutes to get warm.
    const job = { kind: "closed", port: peer.port, request: requestOf(peer, {}), connections: CONNECTIONS };
    await ask({ ...job, ms: Number(values.warm) });
    await measure(peer, Number(values.warm) / (warming === undefined ? 4 : 1), warming);
  }
  for (let round = 0; round < rounds; round++) {
    for (const peer of running) {
      const before = cpuMs(peer);
      const start = performance.now();
      const seen = await measure(peer, ms);
      const cpu = cpuMs(peer) - before;
      if (seen.errors > 0) throw new Error(`${title}: ${peer.name} answered ${seen.errors} requests with an error`);
      rows.get(peer.name).push({
        ...seen,
        cpu: (cpu * 1_000) / seen.requests,
        perSecond: (seen.requests * 1_000) / (performance.now() - start),
      });
    }
  }
  console.log(
    `\n## ${title}\n\n| | CPU, µs | × bare | a second | p50 ms | p99 ms | peak MiB |\n|---|---|---|---|---|---|---|`,
  );
  const bare = rows.get("bare");
  for (const peer of running) {
    const of = rows.get(peer.name);
    const ratios = bare === undefined ? [] : of.map(({ cpu }, round) => cpu / bare[round].cpu);
    const cells = [
      shown(
        of.map(({ cpu }) => cpu),
        0,
      ),
      shown(ratios, 2),
      shown(
        of.map(({ perSecond }) => perSecond),
        0,
        false,
      ),
      shown(
        of.map(({ p50 }) => p50),
        2,
        false,
      ),
      shown(
        of.map(({ p99 }) => p99),
        1,
      ),
      peer.name === "direct" ? "" : String(Math.round(peak(peer) / 1024)),
    ];
    console.log(`| ${peer.name} | ${cells.join(" | ")} |`);
  }
}

function shown(numbers, digits, withRange = true) {
  const sorted = numbers.filter((number) => number !== undefined && Number.isFinite(number)).sort((a, b) => a - b);
  if (sorted.length === 0) return "";
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((n) => n.toFixed(digits));
  return withRange ? `${median} (${least}–${most})` : median;
}

/** An HTTP request as bytes. */
function requestOf({ headers = {} }, { kilobytes = 1, isStream = false }) {
  const sentence = "Tell me in a few words what a policy is, and why somebody would keep one in git. ";
  const content = sentence.repeat(Math.ceil((kilobytes * 1_024) / sentence.length)).slice(0, kilobytes * 1_024 - 150);
  const body = JSON.stringify({
    model: "maker1/model-1",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content },
    ],
    max_tokens: 200,
    ...(isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
  const lines = {
    host: "bench",
    "content-type": "application/json",
    authorization: "Bearer bench",
    "x-route-tags": "task-40,task-41",
    ...headers,
  };
  const head = Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  return `POST /v1/chat/completions HTTP/1.1\r\n${head}content-length: ${body.length}\r\n\r\n${body}`;
}

/** CPU time of a contender so far, all its threads and children, milliseconds. */
function cpuMs({ pids }) {
  let ticks = 0;
  for (const pid of pids()) {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10; // 100 ticks a second on Linux
}

function rss(peer) {
  return memoryOf(peer, /VmRSS:\s+(\d+)/);
}

function peak(peer) {
  return memoryOf(peer, /VmHWM:\s+(\d+)/);
}

/** KiB. */
function memoryOf({ pids }, pattern) {
  return pids().reduce((sum, pid) => sum + Number(pattern.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]), 0);
}
