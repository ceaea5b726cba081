import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { drain, watchConnections } from "../../server/drain.js";
import { listen, portOf } from "../services/listen.js";

const REQUEST = "POST /v1/chat/completions HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{}";
let server: Server;
const clients: Socket[] = [];

async function start(
  answer: RequestListener = (request, response) => request.resume().on("end", () => response.end("whole")),
): Promise<number> {
  server = createServer(answer);
  watchConnections(server);
  await listen(server);
  return portOf(server);
}
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
});

function open(port: number): Socket {
  const client = connect(port, "127.0.0.1");
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

/** @returns all that comes until the connection ends. */
async function read(client: Socket): Promise<string> {
  let text = "";
  client.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  if (!client.closed) await once(client, "close");
  return text;
}

/** Keeps the event loop from everything else, as a busy machine does. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it("connections that wait to be accepted when the server stops are answered", async () => {
  const port = await start();
  const answers = Array.from({ length: 20 }, () => {
    const client = open(port);
    client.write(REQUEST);
    return read(client);
  });
  // The kernel has made the connections; Node has accepted none of them.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(await drain(server)).toBe(true);
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain("whole");
  }
});

it("a connection made while a turn of the event loop did other work is answered", async () => {
  const port = await start();
  const answers: Promise<string>[] = [];
  let turns = 0;
  /** Other work behind the look at new connections, in each of twenty turns; at the end of every second comes one. */
  const turn = () => {
    block(2);
    turns += 1;
    if (turns % 2 === 0) {
      const client = open(port);
      client.write(REQUEST);
      answers.push(read(client));
    }
    if (turns < 20) setImmediate(turn);
  };
  setImmediate(turn);
  expect(await drain(server)).toBe(true);
  expect(turns).toBe(20);
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 .*whole$/s);
});

it("what came on an idle connection while the event loop was busy is answered", async () => {
  const port = await start();
  const client = open(port);
  await once(client, "connect");
  await sleep(50);
  const answer = read(client);
  const drained = drain(server);
  await sleep(100);
  // Timers come next here, before anything is read.
  await new Promise<void>((resolve) => setImmediate(resolve));
  client.write(REQUEST);
  block(1_500);
  expect(await drained).toBe(true);
  expect(await answer).toMatch(/^HTTP\/1\.1 200 .*whole$/s);
});

it("a connection on which nothing comes is closed after a second", async () => {
  const port = await start();
  const client = open(port);
  await once(client, "connect");
  await sleep(50);
  const answer = read(client);
  expect(await drain(server)).toBe(true);
  expect(await answer).toBe("");
});

it("a request that does not come whole in time is cut, and said to be", async () => {
  const port = await start();
  const client = open(port);
  await once(client, "connect");
  client.write(REQUEST.slice(0, -1));
  await sleep(50);
  const answer = read(client);
  expect(await drain(server, 300)).toBe(false);
  expect(await answer).toBe("");
});

it("an answer that is cut was told so before the server counts as drained: who calls a provider for it ends that call", async () => {
  const told: string[] = [];
  const port = await start((_, response) => response.on("close", () => told.push("closed")).write("a piece"));
  const client = open(port);
  client.write(REQUEST);
  await once(client, "data");
  await drain(server, 200).then(() => told.push("drained"));
  expect(told).toEqual(["closed", "drained"]);
});
