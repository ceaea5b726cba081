import type { Logger } from "pino";

export interface SignalActions {
  /** Lets requests end and gives everything back. */
  readonly close: () => Promise<void>;
  readonly reload: () => Promise<unknown>;
}

/**
 * SIGINT and SIGTERM stop the server and end the process with 0; a second one ends it at once with 1. SIGHUP reloads the
 * policies.
 *
 * While the server starts, SIGINT and SIGTERM end the process at once with 0, for nothing is under way yet, and SIGHUP waits until it
 * serves. The system's defaults would not do: SIGHUP ends a process, and the first one of a container is ended by none of them.
 *
 * @returns what is told once the server serves.
 */
export function stopOnSignals(log: Pick<Logger, "info" | "warn">): (actions: SignalActions) => void {
  let actions: SignalActions | undefined;
  let isStopping = false;
  let isReloadWanted = false;
  const stop = (signal: NodeJS.Signals) => {
    if (actions === undefined) {
      log.info({ signal }, "stopping before it serves");
      process.exit(0);
    }
    if (isStopping) {
      log.warn({ signal }, "asked a second time: stopping at once");
      process.exit(1);
    }
    isStopping = true;
    log.info({ signal }, "stopping: no new connections, requests under way may end");
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
