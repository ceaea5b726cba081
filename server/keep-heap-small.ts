import { setFlagsFromString } from "node:v8";

/**
 * By how much the heap may grow before it is cleared. By default it is three to four times what was alive, and streams that have ended stay
 * in it so long.
 */
const GROWTH_PERCENT = 100;

/** Sets V8 up for what a server does; see docs/decisions/2026-11-26-garbage-collection.md. Call it before anything else is made. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  // While a server warms up its requests take long, and V8 learns to make their objects where garbage is collected late, with
  // the bodies they hold: for good.
  setFlagsFromString("--no-allocation-site-pretenuring");
}
