import { createServer, type RequestListener } from "node:http";
import { close, listen } from "../services/listen.js";

export interface Provider {
  /** The `base_url` of a catalog. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A real HTTP server on a free port, in the place of a provider. */
export async function startProvider(listener: RequestListener): Promise<Provider> {
  const server = createServer(listener);
  return { url: `${await listen(server)}/v1`, stop: () => close(server) };
}
