import { Router } from "express";
import { InvalidSettings } from "../../keys/read-key-settings.js";
import { readUsageQuery, usageToCsv } from "../../ledger/read-usage-query.js";
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
  const routes = Router();
  routes.get("/usage", async (request, response) => {
    const { format = "json", ...given } = request.query;
    if (format !== "json" && format !== "csv") throw new InvalidSettings("format", "it takes json or csv");
    const query = readUsageQuery(given, now());
    const { rows, isCut } = await queryUsage(database, query);
    if (isCut) response.setHeader("x-usage-truncated", "true");
    if (format === "csv") {
      response.type("text/csv").attachment("usage.csv").send(usageToCsv(rows, query));
    } else {
      const [from, to] = [query.from, query.to].map((time) => new Date(time).toISOString());
      const cut = isCut ? { truncated: true } : {};
      response.json({ from, to, by: query.by, interval: query.interval, ...cut, usage: rows });
    }
  });
  routes.use(refuseInvalidSettings);
  return routes;
}
