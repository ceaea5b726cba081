// A process of its own for telemetry tests: every request is traced as the proxy does, over a fixed decision.
// Prints one line of JSON when it is ready and one at its end; answers each request with what it would send upstream, `/warnings` with those of its log.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { RoutePlan } from "../../../engine/index.js";
import { startRequestTrace } from "../../../server/telemetry/start-request-trace.js";
import { startTelemetry } from "../../../server/telemetry/start-telemetry.js";
import { denied, excludingPlan, outcome, policy } from "./fixed-decision.js";

const warnings: string[] = [];
const server = createServer((request, response) => {
  if (request.url === "/warnings") {
    response.end(JSON.stringify(warnings));
    return;
  }
  const trace = startRequestTrace({
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
  });
  const at = Date.now();
  const isDenied = request.headers["x-deny"] !== undefined;
  const plan: RoutePlan | undefined = isDenied ? undefined : excludingPlan;
  trace.decided({
    id: "dec_1",
    policy,
    outcome: isDenied ? denied : outcome,
    plan,
    startedAtMs: at,
    endedAtMs: at + 2,
  });
  const start = {
    endpoint: { id: "acme/large@right", provider: "google", model: "acme/large", upstreamModel: "large-right" },
    server: { serverAddress: "127.0.0.1", serverPort: 8443 },
    stream: true,
    maxOutputTokens: 50,
  };
  const left = {
    endpoint: { ...start.endpoint, id: "acme/large@left", provider: "left" },
    server: { ...start.server, serverPort: undefined },
    stream: true,
    maxOutputTokens: undefined,
  };
  const sent: unknown[] = [];
  if (!isDenied) {
    const failing = trace.attempt(left);
    failing.end(
      { endpoint: "acme/large@left", status: 503, error_class: "overloaded", error: "busy", total_ms: 3 },
      {},
    );
    const answering = trace.attempt(start);
    sent.push(failing.headers, answering.headers);
    answering.end(
      {
        endpoint: "acme/large@right",
        status: 200,
        first_token_ms: 250,
        total_ms: 400,
        usage: { input_tokens: 10, output_tokens: 4, cached_input_tokens: 6, reasoning_output_tokens: 1 },
        cost_usd: 0.0015,
      },
      { id: "chatcmpl-1", model: "large-2026", finishReasons: ["stop"] },
    );
  }
  const status = isDenied ? 403 : request.headers["x-fail"] === undefined ? 200 : 502;
  trace.end({
    status,
    outcome: isDenied ? "denied" : "answered",
    code: status === 200 ? undefined : isDenied ? "denied" : "all_failed",
  });
  response.writeHead(status).end(JSON.stringify(sent));
});

server.listen(0, "127.0.0.1", async () => {
  const log = { info: () => undefined, warn: (_fields: object, message: string) => warnings.push(message) };
  const telemetry = await startTelemetry({ log: log as never, now: Date.now });
  const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes("opentelemetry"));
  const packages = [...new Set(loaded.map((file) => /@opentelemetry\/([^/]+)/.exec(file)?.[1] ?? file))];
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, enabled: telemetry.enabled, packages }));
  process.stdin.once("data", async () => {
    const begun = Date.now();
    await telemetry.shutdown();
    console.log(JSON.stringify({ warnings, shutdownMs: Date.now() - begun }));
    process.exit(0);
  });
});
