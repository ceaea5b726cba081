import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Begins to listen.
 * @param port 0 picks a free one.
 * @returns the URL at which the server answers.
 * @throws Error in words for the operator: the port is taken, may not be used, or the host is none of this machine's.
 */
export function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${actual}`);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is in use; stop what uses it, or choose another with --port (0 picks a free one)`,
    EACCES: `port ${port} may not be used by this user; choose one above 1023 with --port`,
    EADDRNOTAVAIL: `${host} is no address of this machine; choose another with --host`,
    ENOTFOUND: `the host ${host} is not known; choose another with --host`,
  };
  return new Error(reasons[error.code ?? ""] ?? `cannot listen on ${host}:${port}: ${error.message}`, { cause: error });
}
