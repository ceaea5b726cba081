import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface Provider {
  /** The `base_url` of a catalog. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A real HTTP server on a free port, in the place of a provider. */
export async function startProvider(listener: RequestListener): Promise<Provider> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
