import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects the garbage of this thread, which stops it for some 100 ms for each 100 MB alive: for threads that nobody waits for, and that
 * would keep what they do not need until they allocate again.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc"); // Node gives no other way to ask for it.
  collect ??= runInNewContext("gc") as () => void;
  collect();
}

let collect: (() => void) | undefined;
