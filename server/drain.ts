import type { Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

/** Requests under way when the server stops may take this long to end, milliseconds; then they are cut. */
const DRAIN_MS = 30_000;
/**
 * A connection on which nothing is under way is closed when it was idle for so long, milliseconds. Closing it at once would
 * drop what a load balancer is just sending on it: that is the request nobody may repeat.
 */
const IDLE_MS = 1_000;
const LOOK_EVERY_MS = 50;
/** After a turn of the event loop no longer than this, what has arrived by now was read but for its last millisecond. */
const SHORT_TURN_MS = 1;
/** The same of connections: what comes between being accepted and the end of listening is reset, so the turn is to be empty. */
const EMPTY_TURN_MS = 0.2;

interface Connection {
  /** Answers under way. */
  readonly responses: Set<ServerResponse>;
  idleSince: number;
  /** When it became idle: more means that a request is coming in. */
  bytesRead: number;
}

const connectionsOf = new WeakMap<Server, Map<Socket, Connection>>();
const stopping = new WeakSet<Server>();

/** Keeps track of a server's connections, for {@link drain}. Call it before the server listens. */
export function watchConnections(server: Server): void {
  const connections = new Map<Socket, Connection>();
  connectionsOf.set(server, connections);
  server.on("connection", (socket) => {
    const responses = new Set<ServerResponse>();
    connections.set(socket, { responses, idleSince: performance.now(), bytesRead: 0 });
    socket.once("close", () => {
      connections.delete(socket);
      // Node tells only the answer whose turn it is: those of pipelined requests behind it have no socket yet.
      for (const response of responses) if (response.socket === null) response.emit("close");
    });
  });
  /** One for all answers: each has the request it belongs to. */
  function onAnswerClosed(this: ServerResponse): void {
    const { socket } = this.req;
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.responses.delete(this);
    connection.idleSince = performance.now();
    connection.bytesRead = socket.bytesRead;
  }
  server.prependListener("request", ({ socket }, response) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.responses.add(response);
    if (stopping.has(server)) sayLast(response);
    response.on("close", onAnswerClosed);
  });
}

/**
 * Stops accepting connections and waits for the requests under way, at most so long; then cuts them. Every answer from here
 * on says that its connection ends, so clients and load balancers go elsewhere by themselves.
 * @returns whether all requests ended by themselves.
 */
export async function drain(server: Server, limitMs = DRAIN_MS): Promise<boolean> {
  const connections = connectionsOf.get(server) ?? new Map<Socket, Connection>();
  const startedAt = performance.now();
  stopping.add(server);
  for (const { responses } of connections.values()) for (const response of responses) sayLast(response);
  await acceptWhatWaits(server);
  return new Promise((resolve) => {
    let endedAll = true;
    const close = async () => {
      const isOver = performance.now() - startedAt >= limitMs;
      if (!isOver && (await turnMs()) > SHORT_TURN_MS) return;
      for (const [socket, { responses, idleSince, bytesRead }] of connections) {
        const isIdle = responses.size === 0 && socket.bytesRead === bytesRead;
        if (isOver || (isIdle && performance.now() - Math.max(idleSince, startedAt) >= IDLE_MS)) {
          endedAll &&= isIdle;
          socket.destroy();
        }
      }
    };
    const sweep = setInterval(() => void close(), LOOK_EVERY_MS);
    // Not http's own `close`, which closes idle connections at once.
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweep);
      // Answers are told of the end of their sockets at the end of a turn, and then end their calls of providers: before these are closed.
      void turnMs().then(() => resolve(endedAll));
    });
  });
}

/**
 * The kernel makes a connection before Node accepts it, and resets it when the server stops listening in between. Node
 * accepts one in a turn of its event loop: waits for an empty turn that brought none, at most as long as an idle connection.
 */
async function acceptWhatWaits(server: Server): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on("connection", count);
  const until = performance.now() + IDLE_MS;
  let before: number;
  let lastedMs: number;
  do {
    before = accepted;
    lastedMs = await turnMs();
  } while ((accepted > before || lastedMs > EMPTY_TURN_MS) && performance.now() < until);
  server.off("connection", count);
}

/** Lets a whole turn of the event loop pass, in which what has arrived is read. @returns how long it took, milliseconds. */
async function turnMs(): Promise<number> {
  await setImmediate();
  const from = performance.now();
  await setImmediate();
  return performance.now() - from;
}

function sayLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
