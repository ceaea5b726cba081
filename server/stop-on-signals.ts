import type { Logger } from "pino";

export interface SignalActions {
  /** Lets requests end and gives everything back. */
  readonly close: () => Promise<void>;
  readonly reload: () => Promise<unknown>;
  readonly log: Pick<Logger, "info" | "warn">;
}

/**
 * SIGINT and SIGTERM stop the server and end the process with 0; a second one ends it at once with 1. SIGHUP reloads the
 * policies.
 */
export function stopOnSignals({ close, reload, log }: SignalActions): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) {
      log.warn({ signal }, "asked a second time: stopping at once");
      process.exit(1);
    }
    isStopping = true;
    log.info({ signal }, "stopping: no new connections, requests under way may end");
    void close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", () => void reload());
}
