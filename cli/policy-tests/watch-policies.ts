import { watch } from "chokidar";

/**
 * Calls back once now, and again whenever a file of the directory changes, until the process is interrupted. Changes
 * that come together count as one: an editor's save, a git checkout.
 */
export async function watchPolicies(directory: string, onChange: () => Promise<void>): Promise<void> {
  const watcher = watch(directory, {
    ignoreInitial: true,
    ignored: (path) => /(^|[/\\])node_modules([/\\]|$)/.test(path),
  });
  // Ready before the first run, so that no change falls between the two.
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  let timer: NodeJS.Timeout | undefined;
  let turn = onChange();
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(onChange);
    }, 150);
  });
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  clearTimeout(timer);
  await watcher.close();
  await turn;
}
