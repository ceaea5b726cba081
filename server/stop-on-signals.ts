import type { Logger } from "pino";

export interface SignalActions {
  /** Lets requests end and gives everything back. */
  readonly close: () => Promise<void>;
  readonly reload: () => Promise<unknown>;
  readonly log: Pick<Logger, "info" | "warn">;
}

/** Told once the server serves. */
export type HeedSignals = (actions: SignalActions) => void;

/**
 * SIGINT and SIGTERM stop the server and end the process with 0; a second one ends it at once with 1. SIGHUP reloads the
 * policies.
 *
 * While the server starts, SIGINT and SIGTERM end the process at once with 0, for nothing is under way yet, and SIGHUP waits until it
 * serves. The system's defaults would not do: SIGHUP ends a process, and the first one of a container is ended by none of them.
 * Call it before anything that takes time is loaded.
 */
export function stopOnSignals(): HeedSignals {
  let actions: SignalActions | undefined;
  let isStopping = false;
  let isReloadWanted = false;
  const stop = (signal: NodeJS.Signals) => {
    if (actions === undefined) {
      process.stderr.write(`policy serve: ${signal} before it serves: stopped\n`);
      process.exit(0);
    }
    if (isStopping) {
      actions.log.warn({ signal }, "asked a second time: stopping at once");
      process.exit(1);
    }
    isStopping = true;
    actions.log.info({ signal }, "stopping: no new connections, requests under way may end");
    void actions.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", () => {
    if (actions === undefined) isReloadWanted = true;
    else void actions.reload();
  });
  return (given) => {
    actions = given;
    if (isReloadWanted) void given.reload();
  };
}
