import { Router } from "express";
import { InvalidSettings } from "../../keys/read-key-settings.js";
import { readUsageQuery, usageToCsv, usageToJson } from "../../ledger/read-usage-query.js";
import { queryUsage } from "../../ledger/usage-query.js";
import type { Database } from "../../storage/open-database.js";
import { refuseInvalidSettings } from "./refuse-invalid-settings.js";

export interface UsagePlane {
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** `/admin/usage`; access was checked before. */
export function createUsageRoutes({ database, now }: UsagePlane): Router {
  const routes = Router({ caseSensitive: true });
  routes.get("/usage", async (request, response) => {
    const { format = "json", ...given } = request.query;
    if (format !== "json" && format !== "csv") throw new InvalidSettings("format", "it takes json or csv");
    const query = readUsageQuery(given, now());
    const answer = await queryUsage(database, query);
    if (answer.isCut) response.setHeader("x-usage-truncated", "true");
    if (format === "csv") response.type("text/csv").attachment("usage.csv").send(usageToCsv(answer.rows, query));
    else response.json(usageToJson(answer, query));
  });
  routes.use(refuseInvalidSettings);
  return routes;
}
