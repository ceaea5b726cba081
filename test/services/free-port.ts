import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port that nobody listens on just now, below those that the system hands out for outgoing connections (32768 on Linux): a
 * service that is killed and started again must find its port free.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
