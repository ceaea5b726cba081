import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { endUnread } from "../../../server/http/end-unread.js";
import { listen, portOf } from "../../services/listen.js";

/** More than all the buffers between the two ends hold. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, "x");
/** A window that was full opens again only when a sixteenth of it is free: what is taken shows in steps. */
const MS = 2_000;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server that answers the first request with much, and later ones as given. */
async function startServer(later: (response: ServerResponse) => void = () => undefined): Promise<Socket> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    if (count > 1) return later(response);
    response.end(LARGE);
    endUnread(response, MS);
  });
  servers.push(server);
  await listen(server);
  const socket = connect(portOf(server), "127.0.0.1").pause();
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  return socket;
}

it("the connection of an answer that its client does not take is closed", async () => {
  const socket = await startServer();
  const [server] = servers;
  const [accepted] = (await once(server!, "connection")) as [Socket];
  await once(accepted, "close");
  socket.destroy();
});

it("a client that takes it bit by bit gets all of it, and its connection serves the next request, however long that takes", async () => {
  const socket = await startServer((response) => void setTimeout(MS + 500).then(() => response.end("later")));
  let bytes = 0;
  let later = "";
  while (bytes < LARGE.length) {
    const piece = socket.read() as Buffer | null;
    bytes += piece?.length ?? 0;
    if (piece === null) await once(socket, "readable");
    else if (bytes < LARGE.length * 0.75) await setTimeout(10);
  }
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  socket.on("data", (piece: Buffer) => {
    later += piece.toString();
  });
  await expect.poll(() => later).toContain("later");
  socket.destroy();
});

it("an answer that was taken at once sets no timer", async () => {
  const socket = await startServer();
  const [server] = servers;
  server!.removeAllListeners("request").on("request", (_, response: ServerResponse) => {
    response.end("little");
    endUnread(response, MS);
    expect(response.socket?.timeout ?? 0).toBe(0);
  });
  socket.resume();
  await once(socket, "data");
  socket.destroy();
});
