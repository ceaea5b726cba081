import type { Server } from "node:http";

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
    const sweep = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
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
