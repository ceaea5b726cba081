import type { Span } from "../../diagnostics/diagnostic.js";
import { limits } from "../../source/limits.js";
import { shorten } from "../../source/located.js";
import type { Pool } from "../policy-set.js";
import type { Reading } from "./reading.js";

interface OpenPool {
  readonly name: string;
  readonly parts: readonly { readonly pool: string; readonly span: Span }[];
  next: number;
  /** Of the deepest part so far. */
  depth: number;
}

/**
 * Reports pools that contain themselves, and the first level that is too deep. Without recursion: a chain of pools may
 * be as long as the file allows.
 */
export function checkPoolNesting({ report }: Reading, pools: readonly Pool[]): void {
  const byName = new Map(pools.map((pool) => [pool.name, pool]));
  /** How many pools stand within each other, for those that are done. */
  const depths = new Map<string, number>();
  const open: OpenPool[] = [];
  const places = new Map<string, number>();
  const enter = (pool: Pool) => {
    const parts = pool.items.flatMap((item) => (item.kind === "pool" ? [{ pool: item.pool, span: item.span }] : []));
    places.set(pool.name, open.length);
    open.push({ name: pool.name, parts, next: 0, depth: 0 });
  };
  for (const root of pools) {
    if (!depths.has(root.name)) enter(root);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const part = top.parts[top.next++];
      if (part === undefined) {
        open.pop();
        places.delete(top.name);
        const depth = top.depth + 1;
        depths.set(top.name, depth);
        const around = open.at(-1);
        if (around !== undefined) around.depth = Math.max(around.depth, depth);
        if (depth === limits.poolDepth + 1) {
          const message = `pools stand within each other more than ${limits.poolDepth} deep`;
          report.error("RW1004", byName.get(top.name)?.span, message, "name the models themselves in one of them");
        }
        continue;
      }
      const start = places.get(part.pool);
      const known = depths.get(part.pool);
      const pool = byName.get(part.pool);
      if (start !== undefined) {
        const circle = [...open.slice(start).map(({ name }) => name), part.pool].map(shorten);
        report.error("RW1207", part.span, `a pool contains itself: ${arrows(circle)}`, "take one of them out");
      } else if (known !== undefined) top.depth = Math.max(top.depth, known);
      else if (pool !== undefined) enter(pool);
    }
  }
}

/** The way of a circle; of a long one its ends. */
function arrows(names: readonly string[]): string {
  const shown = names.length <= 8 ? names : [...names.slice(0, 4), "…", ...names.slice(-3)];
  return shown.join(" → ");
}
