import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { catalogOf, compile, event, policyOf, startProxy, stopAll } from "../server/http/harness.js";
import { listen } from "../services/listen.js";

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  await stopAll();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const JSON_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
const chunked = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** The three upstreams that a timer must be checked against, and a fourth that says a word and then nothing. */
const upstreams = {
  silent: () => undefined,
  "header-only": (socket: Socket, stream: boolean) => socket.write(stream ? HEAD : JSON_HEAD),
  trickling: (socket: Socket, stream: boolean) => {
    socket.write(stream ? HEAD : JSON_HEAD);
    const timer = setInterval(() => socket.write(chunked(stream ? ": .\n\n" : " ")), 5);
    socket.on("close", () => clearInterval(timer));
  },
  "one-word": (socket: Socket) => socket.write(HEAD + chunked(event({ content: "Hel" }))),
} as const;

async function startRaw(kind: keyof typeof upstreams): Promise<string> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (data) => upstreams[kind](socket, data.toString().includes('"stream":true')));
  });
  servers.push(server);
  return `${await listen(server)}/v1`;
}

/** Which timer ends a call: all others are far longer. */
async function endedBy(kind: keyof typeof upstreams, timers: string, stream: boolean) {
  const url = await startRaw(kind);
  const proxy = await startProxy(compile(policyOf(`{ to: [acme/one], timeouts: ${timers} }`), catalogOf({ one: url })));
  await (await proxy.ask({ stream })).text();
  const [attempt] = (await proxy.lastDecision()).attempts;
  while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5)); // the connection is given up too
  expect(attempt?.error_class).toBe("timeout");
  return attempt?.error?.split(" ")[0];
}

const LONG = "1h";
const only = (timer: string, ms: number) => {
  const all = { first_byte: LONG, first_token: LONG, idle: LONG, total: LONG, [timer]: `${ms}ms` };
  return `{ ${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ")} }`;
};

describe("each timer ends what it is for", () => {
  it.each<[keyof typeof upstreams, string, boolean]>([
    ["silent", "first_byte", false],
    ["silent", "first_byte", true],
    ["silent", "first_token", true],
    ["header-only", "first_token", true],
    ["trickling", "first_token", true],
    ["one-word", "idle", true],
    ["silent", "total", false],
    ["silent", "total", true],
    ["header-only", "total", false],
    ["header-only", "total", true],
    ["trickling", "total", false],
    ["trickling", "total", true],
    ["one-word", "total", true],
  ])("a %s upstream, by %s (streamed: %s)", async (kind, timer, stream) => {
    expect(await endedBy(kind, only(timer, 60), stream)).toBe(timer);
  });
});

describe("a timer does not end what it is not for", () => {
  it.each<[keyof typeof upstreams, string, boolean]>([
    ["header-only", "first_byte", true],
    ["trickling", "first_byte", false],
    ["one-word", "first_token", true],
    ["silent", "idle", true],
    ["trickling", "idle", true], // before the first content the first_token timer runs
    ["silent", "first_token", false],
  ])("a %s upstream is not ended by %s (streamed: %s)", async (kind, timer, stream) => {
    const timers = only(timer, 300).replace("total: 1h", "total: 1s"); // on a busy machine the head takes long too
    expect(await endedBy(kind, timers, stream)).toBe("total");
  });
});

it("connect ends a connection that does not come about", async () => {
  // 192.0.2.0/24 is reserved for documentation: nobody answers there (RFC 5737). Some networks refuse it at once.
  const policy = compile(
    policyOf("{ to: [acme/one], timeouts: { connect: 50ms } }"),
    catalogOf({ one: "http://192.0.2.1:81/v1" }),
  );
  const proxy = await startProxy(policy);
  const answer = await proxy.ask();
  const [attempt] = (await proxy.lastDecision()).attempts;
  expect(["timeout", "connection"]).toContain(attempt?.error_class);
  expect([502, 504]).toContain(answer.status);
});
