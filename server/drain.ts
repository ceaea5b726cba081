import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Connections of a server on which nothing was asked yet. */
const unused = new WeakMap<Server, Set<Socket>>();

/**
 * Notes which connections were never used: clients and load balancers open some beforehand, and node counts them as busy,
 * so that a server would wait for them to the end of {@link DRAIN_MS}.
 */
export function watchUnusedConnections(server: Server): void {
  const sockets = new Set<Socket>();
  unused.set(server, sockets);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", ({ socket }) => sockets.delete(socket));
}

/** Requests under way when the server stops may take this long to end, milliseconds; then they are cut. */
export const DRAIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * Stops accepting connections and waits for the requests under way, at most {@link DRAIN_MS}; then cuts them.
 * @returns whether all requests ended by themselves.
 */
export function drain(server: Server, limitMs = DRAIN_MS): Promise<boolean> {
  return new Promise((resolve) => {
    let endedAll = true;
    // A connection that was busy when the server closed stays open for more requests otherwise.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      // Not at once: what a client has just sent may be on its way.
      for (const socket of unused.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
    }, LOOK_EVERY_MS);
    const limit = setTimeout(() => {
      endedAll = false;
      server.closeAllConnections();
    }, limitMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
      resolve(endedAll);
    });
    server.closeIdleConnections();
  });
}
