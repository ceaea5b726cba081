import { limits } from "../source/limits.js";
import { type LocatedMap, shorten } from "../source/located.js";
import type { Pool } from "./policy-set.js";
import { readCandidates } from "./read-candidates.js";
import { childOf, mapOf } from "./read-values.js";
import type { RouteReading } from "./reading.js";

/** The names under `pools:`. */
export function poolNamesOf(root: LocatedMap): ReadonlySet<string> {
  return new Set(mapOf(childOf(root, "pools"))?.entries.map(({ key }) => key));
}

/** Reads `pools:`. A pool may name other pools, but not, through them, itself. */
export function readPools(reading: RouteReading, root: LocatedMap): readonly Pool[] {
  const entries = mapOf(childOf(root, "pools"))?.entries ?? [];
  const pools = entries.map(({ key, keySpan, value }): Pool => {
    if (key === "requested") {
      const message = "`requested` cannot be the name of a pool: it means the model the client named";
      reading.report.error("RW1103", keySpan, message, "choose another name");
    }
    return { name: key, items: readCandidates(reading, value), span: keySpan };
  });
  reportCycles(reading, pools);
  return pools;
}

function reportCycles({ report }: RouteReading, pools: readonly Pool[]): void {
  const byName = new Map(pools.map((pool) => [pool.name, pool]));
  const done = new Set<string>();
  const visit = (pool: Pool, open: readonly string[]): void => {
    if (done.has(pool.name)) return;
    if (open.length > limits.poolDepth) {
      const message = `pools stand within each other more than ${limits.poolDepth} deep`;
      report.error("RW1004", pool.span, message, "name the models themselves in one of them");
      return;
    }
    for (const item of pool.items) {
      if (item.kind !== "pool") continue;
      const path = [...open, pool.name];
      const start = path.indexOf(item.pool);
      if (start === -1) {
        const next = byName.get(item.pool);
        if (next !== undefined) visit(next, path);
      } else {
        const circle = [...path.slice(start), item.pool].map(shorten).join(" → ");
        report.error("RW1207", item.span, `a pool contains itself: ${circle}`, "take one of them out");
      }
    }
    done.add(pool.name);
  };
  for (const pool of pools) visit(pool, []);
}
