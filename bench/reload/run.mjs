/**
 * What a hot reload costs requests, and how long an edit takes to serve: 10,000 rules in 100 files, the built server in a
 * process of its own, its simulator behind, 200 requests a second at even times.
 *
 *     npm run build && node bench/reload/run.mjs [--seconds 8] [--rate 200]
 *
 * Phases take turns: no edits; an edit of one file every two seconds; edits of every file at once, every four seconds. Latency is from
 * when a request was due, so a blocked server cannot hide behind requests not sent. An edit is live with the first answer that
 * names the new revision.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { generateRules } from "../engines/rules.mjs";
import { writeRule } from "./write-rule.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "8" }, rate: { type: "string", default: "200" } },
});
const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
const [FILES, RULES] = [100, 100];
const BODY = JSON.stringify({ model: "bench/model", messages: [{ role: "user", content: "Say hello." }] });

const directory = mkdtempSync(join(tmpdir(), "bench-reload-"));
const policies = join(directory, "policies");
mkdirSync(policies);
const rules = generateRules("realistic", FILES * RULES, 20261125);
const nameOf = (file) => `rules-${String(file).padStart(3, "0")}.yaml`;
let edits = 0;
/**
 * An edit of files, whose rules then say something new. It is worked out beforehand and written aside: this process must not be
 * kept from sending requests itself.
 */
function editOf(files) {
  edits++;
  const texts = files.map((file) => {
    const own = rules.slice(file * RULES, (file + 1) * RULES).map((rule, at) => writeRule(rule, at === 0 ? edits : 0));
    return [join(policies, nameOf(file)), `kind: policy\nrules:\n${own.join("")}`];
  });
  return () => Promise.all(texts.map(([path, text]) => writeFile(path, text)));
}
const everyFile = Array.from({ length: FILES }, (_, file) => file);
await editOf(everyFile)();
const includes = Array.from({ length: FILES }, (_, file) => `  - include: ${nameOf(file)}\n`).join("");
writeFileSync(
  join(policies, "policy.yaml"),
  `kind: policy\nname: bench\nrules:\n${includes}default:\n  route: { to: [bench/model] }\n`,
);
writeFileSync(
  join(policies, "catalog.yaml"),
  `kind: catalog
providers: { p: { format: simulated, simulate: { latency_ms: 0, chunk_delay_ms: 0, reply: hello } } }
models: { bench/model: { context_window: 128k, endpoints: [{ provider: p, model: model }] } }
`,
);

const environment = { ...process.env, DATABASE_URL: `sqlite:${join(directory, "bench.db")}` };
const server = spawn(process.execPath, ["dist/cli/main.js", "serve", "--policies", policies, "--port", "0"], {
  env: environment,
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise((resolve, reject) => {
  server.stdout.on("data", (chunk) => {
    const found = /serving (http:\S+)/.exec(String(chunk));
    if (found) resolve(found[1]);
  });
  server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
});
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let served = "";

/** Milliseconds from `due` to the whole answer. */
function ask(due) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": BODY.length };
    const call = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      served = answer.headers["x-route-policy"];
      answer.resume().once("end", () => resolve(performance.now() - due));
    });
    call.once("error", reject);
    call.end(BODY);
  });
}

const results = { "no edits": [], "one file": [], "all files": [] };
const live = { "one file": [], "all files": [] };

async function phase(name, milliseconds, everyMs = milliseconds, filesOfEdit = undefined) {
  const changes = filesOfEdit && Array.from({ length: Math.ceil(milliseconds / everyMs) }, () => editOf(filesOfEdit()));
  const asked = [];
  const begun = performance.now();
  let nextEdit = begun + 300;
  let waiting;
  for (let number = 0; ; number++) {
    const due = begun + (number * 1000) / rate;
    if (due > begun + milliseconds) break;
    const ahead = due - performance.now();
    if (ahead > 0) await sleep(ahead);
    if (waiting !== undefined && served !== waiting.before) {
      live[name].push(performance.now() - waiting.at);
      waiting = undefined;
    }
    asked.push(ask(due));
    if (changes?.length > 0 && waiting === undefined && performance.now() >= nextEdit) {
      changes.pop()();
      waiting = { before: served, at: performance.now() };
      nextEdit = performance.now() + everyMs;
    }
  }
  results[name].push(...(await Promise.all(asked)));
  while (waiting !== undefined && served === waiting.before) {
    await sleep(5);
    await ask(performance.now());
  }
  if (waiting !== undefined) live[name].push(performance.now() - waiting.at);
}

await phase("no edits", 3_000); // warms up
results["no edits"] = [];
for (let turn = 0; turn < 2; turn++) {
  const milliseconds = seconds * 500;
  await phase("no edits", milliseconds);
  await phase("one file", milliseconds, 2_000, () => [turn * 50 + (edits % 50)]);
  await phase("no edits", milliseconds);
  await phase("all files", milliseconds, 4_000, () => everyFile);
}
const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"));
server.removeAllListeners("exit");
server.kill();
agent.destroy();
rmSync(directory, { recursive: true, force: true });

const at = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];
console.log(
  `${cpus().length} ${cpus()[0].model}, Node ${process.version}; ${FILES} files of ${RULES} rules, ${rate} requests/s`,
);
for (const [name, list] of Object.entries(results)) {
  const figures = [0.5, 0.99, 0.999, 1].map((share) => at(list, share).toFixed(2).padStart(8)).join("");
  console.log(
    `${name.padEnd(10)} ${String(list.length).padStart(5)} requests; ms at p50, p99, p99.9, most: ${figures}`,
  );
}
for (const [name, list] of Object.entries(live)) {
  const ms = [0.5, 0, 1].map((share) => at(list, share).toFixed(0));
  console.log(
    `${name.padEnd(10)} ${String(list.length).padStart(5)} edits; ms from edit to serving, median (least to most): ${ms[0]} (${ms[1]} to ${ms[2]})`,
  );
}
if (memory) console.log(`the server's resident memory at the end: ${Math.round(Number(memory[1]) / 1024)} MB`);
