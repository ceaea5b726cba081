import type { LocatedMap } from "../../source/located.js";
import type { Pool } from "../policy-set.js";
import { checkPoolNesting } from "./check-pool-nesting.js";
import { isSectionReadable } from "./is-section-readable.js";
import { readCandidates } from "./read-candidates.js";
import { childOf, mapOf } from "./read-values.js";
import type { Reading, RouteReading } from "./reading.js";

/** The names under `pools:`; undefined when it could not be read. */
export function poolNamesOf(reading: Reading, root: LocatedMap): ReadonlySet<string> | undefined {
  if (!isSectionReadable(reading, root, "pools")) return undefined;
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
  checkPoolNesting(reading, pools);
  return pools;
}
