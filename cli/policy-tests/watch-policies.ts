import { lookAtDirectory, watchPolicyDirectory } from "../../server/policy-files/watch-policy-directory.js";

/**
 * Calls back once now, and again whenever a file of the directory changes, or the directory is moved away or replaced, until the process is
 * interrupted. Changes that come together count as one: an editor's save, a git checkout.
 */
export async function watchPolicies(directory: string, onChange: () => Promise<void>): Promise<void> {
  let seen: string | undefined;
  const run = async () => {
    seen = undefined;
    const found = await lookAtDirectory(directory); // before it is read: what changes meanwhile is another change
    await onChange();
    seen = found;
  };
  let turn = Promise.resolve();
  const watch = watchPolicyDirectory({
    directory,
    lastSeen: () => seen,
    onChange: () => {
      turn = turn.then(run);
    },
    log: { warn: (_: object, message?: string) => void process.stderr.write(`${message}\n`) },
  });
  // Ready before the first run, so that no change falls between the two.
  await watch.ready;
  turn = turn.then(run);
  const staying = setInterval(() => undefined, 60_000); // nothing else keeps the process while there is no directory
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  clearInterval(staying);
  await watch.close();
  await turn;
}
