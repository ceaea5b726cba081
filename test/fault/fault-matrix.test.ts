import { createServer, type Server, type Socket } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import {
  catalogOf,
  compile,
  completion,
  done,
  event,
  eventsOf,
  policyOf,
  policyOfHurried,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  textOf,
  type Upstream,
  wholeStream,
} from "../server/http/harness.js";
import { listen } from "../services/listen.js";

/** A fault as a real server shows it; and what a client sees of it when nothing stands behind (docs/http.md). */
interface Fault {
  readonly name: string;
  readonly errorClass: string;
  /** Of the whole answer, and of a stream: `cut` is an answer that began and says that it is incomplete. */
  readonly whole: readonly [status: number, code: string];
  readonly stream: readonly [status: number, code: string] | "cut";
  readonly start: () => Promise<Pick<Upstream, "url">>;
}

const answering = (text: string) =>
  startUpstream((response, { body }) => {
    if (!body.includes('"stream":true')) return sendJson(response, completion(text));
    startStream(response);
    response.end(wholeStream + done);
  });

const failing = (status: number) => () =>
  startUpstream((response) => sendJson(response, { error: { message: "no" } }, status));

/** A server that speaks to the socket itself. */
async function raw(onData: (socket: Socket, request: string) => void): Promise<Pick<Upstream, "url">> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", (data) => onData(socket, data.toString()));
  });
  rawServers.push(server);
  return { url: `${await listen(server)}/v1` };
}
const rawServers: Server[] = [];
const sockets = new Set<Socket>();

const failed502 = [502, "upstream_failed"] as const;
const timeout504 = [504, "upstream_timeout"] as const;
const eventStream = "content-type: text/event-stream\r\n";
const isStreamed = (request: string) => request.includes('"stream":true');
const intervals: NodeJS.Timeout[] = [];

const faults: readonly Fault[] = [
  {
    name: "429",
    errorClass: "rate_limited",
    whole: [429, "upstream_rate_limited"],
    stream: [429, "upstream_rate_limited"],
    start: failing(429),
  },
  { name: "500", errorClass: "server_error", whole: failed502, stream: failed502, start: failing(500) },
  {
    name: "529",
    errorClass: "overloaded",
    whole: [503, "upstream_overloaded"],
    stream: [503, "upstream_overloaded"],
    start: failing(529),
  },
  {
    name: "reset",
    errorClass: "connection",
    whole: failed502,
    stream: failed502,
    start: () => raw((socket) => socket.resetAndDestroy()),
  },
  { name: "hang", errorClass: "timeout", whole: timeout504, stream: timeout504, start: () => raw(() => undefined) },
  {
    name: "head and no more",
    errorClass: "timeout",
    whole: timeout504,
    stream: timeout504,
    start: () => raw((socket) => socket.write(`HTTP/1.1 200 OK\r\n${eventStream}transfer-encoding: chunked\r\n\r\n`)),
  },
  {
    name: "trickle",
    errorClass: "timeout",
    whole: timeout504,
    stream: timeout504,
    start: () =>
      raw((socket, request) => {
        const type = isStreamed(request) ? eventStream : "content-type: application/json\r\n";
        socket.write(`HTTP/1.1 200 OK\r\n${type}transfer-encoding: chunked\r\n\r\n`);
        const chunk = isStreamed(request) ? "5\r\n: ..\n\r\n" : "1\r\n \r\n";
        const timer = setInterval(() => socket.write(chunk), 5);
        intervals.push(timer);
        socket.on("close", () => clearInterval(timer));
      }),
  },
  {
    name: "cut in the middle",
    errorClass: "connection",
    whole: failed502,
    stream: "cut",
    start: () =>
      raw((socket, request) => {
        const body = isStreamed(request)
          ? event({ role: "assistant", content: "" }) + event({ content: "Hel" })
          : '{"choices":[{"index":0,';
        const type = isStreamed(request) ? eventStream : "content-type: application/json\r\n";
        socket.write(`HTTP/1.1 200 OK\r\n${type}content-length: 100000\r\n\r\n${body}`);
        setTimeout(() => socket.resetAndDestroy(), 30);
      }),
  },
  {
    name: "malformed JSON",
    errorClass: "malformed_response",
    whole: failed502,
    stream: failed502,
    start: () =>
      startUpstream((response, { body }) => {
        if (isStreamed(body)) {
          startStream(response);
          response.end(`data: {"choices":[\n\n${done}`);
        } else response.writeHead(200, { "content-type": "application/json" }).end('{"choices":[');
      }),
  },
  {
    name: "malformed SSE",
    errorClass: "malformed_response",
    whole: failed502,
    stream: failed502,
    start: () =>
      startUpstream((response) => {
        startStream(response);
        response.end('{"choices":[{"index":0,"delta":{"content":"no"}}]}\n\n');
      }),
  },
];

afterAll(async () => {
  for (const timer of intervals) clearInterval(timer);
  await stopAll();
  for (const socket of sockets) socket.destroy();
  await Promise.all(rawServers.map((server) => new Promise((resolve) => server.close(resolve))));
});

/** Of faults that only a timer ends: to others a busy machine would add one. */
const TIMERS = "{ first_token: 250ms, total: 400ms }";

describe.each(faults)("$name", (fault) => {
  const needsTimer = fault.errorClass === "timeout";
  describe.each([false, true])("streamed: %s", (stream) => {
    it("with one candidate gives the documented error, closes its connection, and the proxy goes on", async () => {
      const one = await fault.start();
      const two = await answering("fine");
      const route = needsTimer ? `{ to: [acme/one], timeouts: ${TIMERS} }` : "{ to: [acme/one] }";
      const rules = "  - { id: well, match: { tags: [well] }, route: { to: [acme/two] } }";
      const proxy = await startProxy(compile(policyOf(route, rules), catalogOf({ one: one.url, two: two.url })));
      const answer = await proxy.ask({ stream });
      const text = await answer.text();
      const expected = stream ? fault.stream : fault.whole;
      if (expected === "cut") {
        expect(answer.status).toBe(200);
        expect(text).not.toContain("[DONE]");
        expect(JSON.parse(eventsOf(text).at(-1) ?? "")).toMatchObject({
          error: { code: "stream_cut" },
          choices: [{ finish_reason: "error" }],
        });
      } else {
        expect([answer.status, (JSON.parse(text) as { error: { code: string } }).error.code]).toEqual(expected);
      }
      const { attempts, result } = await proxy.lastDecision();
      expect(attempts.map((attempt) => attempt.error_class)).toEqual([fault.errorClass]);
      expect(result?.outcome).toBe(expected === "cut" ? "cut" : "failed");
      const well = await proxy.ask({ stream }, { "x-route-tags": "well" });
      expect([well.status, stream ? textOf(await well.text()) : await well.text()]).toEqual([
        200,
        expect.stringContaining(stream ? "Hello" : "fine"),
      ]);
      const health = (await (await fetch(`${proxy.url}/admin/health`)).json()) as {
        endpoints: { in_flight: number }[];
        queue: { waiting: number };
      };
      expect([health.endpoints.map((endpoint) => endpoint.in_flight), health.queue.waiting]).toEqual([[0, 0], 0]);
      // A connection that failed is not kept.
      while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    });

    it("with another candidate behind it is not noticed, but for a stream that was cut", async () => {
      const one = await fault.start();
      const two = await answering("fine");
      const policy = needsTimer
        ? policyOfHurried("acme/one", TIMERS, "acme/two")
        : policyOf("{ to: [acme/one, acme/two] }");
      const proxy = await startProxy(compile(policy, catalogOf({ one: one.url, two: two.url })));
      const answer = await proxy.ask({ stream });
      const text = await answer.text();
      expect(answer.status).toBe(200);
      const { attempts, result } = await proxy.lastDecision();
      if (stream && fault.stream === "cut") {
        expect(text).not.toContain("[DONE]");
        expect([attempts.length, result?.outcome, two.requests.length]).toEqual([1, "cut", 0]);
        return;
      }
      expect(stream ? textOf(text) : text).toContain(stream ? "Hello" : "fine");
      expect(answer.headers.get("x-route-model")).toBe("acme/two");
      expect(attempts.map((attempt) => attempt.error_class)).toEqual([fault.errorClass, undefined]);
      // One call each: nothing is asked twice, so nothing is billed twice.
      expect(two.requests).toHaveLength(1);
      const rows = await proxy.ledger();
      expect(rows.filter((row) => row.outcome === "answered")).toHaveLength(1);
    });
  });
});
