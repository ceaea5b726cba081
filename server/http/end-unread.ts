import type { ServerResponse } from "node:http";

/** A client that takes nothing of an answer for so long is gone, milliseconds. */
const UNREAD_MS = 60_000;

/**
 * Closes the connection of an answer that has ended when its client takes no more of it: what is left would be held for as long as
 * the connection stands. Time begins anew whenever the client takes some.
 */
export function endUnread(response: ServerResponse, ms = UNREAD_MS): void {
  const { socket } = response;
  if (socket === null || socket.writableLength === 0) return; // nobody is left, or all is taken
  socket.setTimeout(ms); // Node closes the connection of an answer whose timeout nobody listens to
  response.prependListener("finish", () => socket.setTimeout(0)); // before Node sets the one of idle connections
}
