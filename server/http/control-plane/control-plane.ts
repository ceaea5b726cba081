import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Logger } from "pino";
import type { AccountingStatus } from "../../ledger/open-accounting.js";
import type { DecisionFeed } from "../../storage/decisions/decision-feed.js";
import { METRICS_CONTENT_TYPE, type Metrics } from "../../telemetry/metrics/metrics.js";
import { withoutQuery } from "../../without-query.js";
import { checkAdminAccess, checkAdminScope, checkMetricsAccess } from "../admin-access.js";
import { bearerToken, UNCHECKED_KEY } from "../authenticate.js";
import { sendError } from "../errors/api-error.js";
import { faultError } from "../errors/fault-error.js";
import { unknownUrl } from "../unknown-url.js";
import { adminBody, unreadableBody } from "./admin-body.js";
import { type AdminPlane, allowContent, createAdminRoutes } from "./admin-routes.js";
import { createDecisionRoutes, type DecisionPlane } from "./decision-routes.js";
import type { ExplainGivenRequest } from "./explain-request.js";
import { createExplainRoute } from "./explain-route.js";
import { createKeyRoutes, type KeyPlane } from "./key-routes.js";
import { refuseOtherMethods } from "./refuse-other-methods.js";
import { serveDashboard } from "./serve-dashboard.js";
import { createUsageRoutes, type UsagePlane } from "./usage-routes.js";

export interface ControlPlane extends Omit<AdminPlane, "decisions"> {
  /** The folder of the built dashboard; undefined, or a folder that is not there: `/` says a few words in its place. */
  readonly dashboard: string | undefined;
  readonly decisions: AdminPlane["decisions"] & DecisionPlane["decisions"];
  readonly feed: DecisionFeed;
  readonly explainRequest: ExplainGivenRequest;
  readonly metrics: Pick<Metrics, "render">;
  /** Undefined: `/admin` answers to this machine only. */
  readonly adminToken: string | undefined;
  /** Whether the server listens on a loopback address only. */
  readonly isLoopback: boolean;
  readonly keys: KeyPlane;
  readonly usage: UsagePlane;
  /** False once the server is stopping. */
  readonly isReady: () => boolean;
  readonly accounting: () => AccountingStatus;
  readonly log: Pick<Logger, "info" | "error">;
}

/** Everything but `/v1/*`. It never sees a prompt, so Express may take its time. */
export function createControlPlane(plane: ControlPlane): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("query parser", "simple");
  // Before the first route. Whoever keeps people from `/admin` and `/metrics` in a proxy in front names them as they are written here.
  app.enable("case sensitive routing");

  // Prompts and new keys might be given to others, and a server be called ready that is not. The dashboard's files say otherwise.
  app.use((_request, response, next) => {
    response.setHeader("cache-control", "no-store");
    next();
  });
  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  app.get("/readyz", (_request, response) => {
    const isReady = plane.isReady();
    const degraded = degradedParts(plane.accounting());
    response.status(isReady ? 200 : 503).json({
      status: isReady ? "ready" : "stopping",
      ...(degraded.length === 0 ? {} : { degraded }),
    });
  });
  app.get("/metrics", async (request, response) => {
    const error = checkMetricsAccess(request, plane);
    if (error !== undefined) sendError(response, error);
    else response.type(METRICS_CONTENT_TYPE).send(await plane.metrics.render());
  });
  app.use("/admin", admitToAdmin(plane));
  const explainRoute = createExplainRoute(plane.explainRequest);
  app.use("/admin", explainRoute); // before the bodies of others: prompts are longer
  app.use("/admin", ...adminBody, logChanges(plane.log));
  const below = [
    createKeyRoutes(plane.keys),
    createUsageRoutes(plane.usage),
    createDecisionRoutes(plane),
    createAdminRoutes(plane),
  ];
  for (const routes of below) app.use("/admin", routes);
  // After the others, since it looks for a file of whatever name is asked for.
  if (plane.dashboard !== undefined) app.use(serveDashboard(plane.dashboard));
  app.get("/", (_request, response) => {
    response.type("text/plain").send(GREETING);
  });
  refuseOtherMethods(app, [
    ["", app.router],
    ["/admin", explainRoute],
    ...below.map((routes) => ["/admin", routes] as const),
  ]);

  app.use((request: Request, response: Response) => {
    sendError(response, unknownUrl(request.method, request.path));
  });
  app.use(answerFault(plane.log));
  return app;
}

/** Lets in who may see `/admin`, and notes who it is. */
function admitToAdmin({ keys, adminToken }: Pick<ControlPlane, "keys" | "adminToken">) {
  return async (request: Request, response: Response, next: NextFunction) => {
    const token = bearerToken(request.headers);
    const key = token === undefined ? "unknown" : await keys.ring.verify(token);
    const error =
      typeof key === "string" ? checkAdminAccess(request, adminToken) : checkAdminScope(request, key.settings.scopes);
    if (error !== undefined) {
      sendError(response, key === "unchecked" ? UNCHECKED_KEY : error);
      return;
    }
    response.locals["by"] = typeof key === "string" ? administrator(adminToken) : key.id;
    if (typeof key === "string" || key.settings.scopes.includes("admin")) allowContent(response);
    next();
  };
}

/** Answers what no route has answered: a request that cannot be read, or a fault of ours. */
function answerFault(log: ControlPlane["log"]) {
  // Express knows by its four parameters that it is for errors.
  return (error: unknown, { method, originalUrl }: Request, response: Response, _next: NextFunction) => {
    const request = `${method} ${withoutQuery(originalUrl)}`;
    if (response.headersSent) {
      faultError(error, request, log);
      response.destroy(); // so that it does not look whole
      return;
    }
    const { status } = error as { status?: unknown };
    if (typeof status === "number" && status >= 400 && status < 500) {
      // Of a malformed path express's own words quote it.
      const unreadable = unreadableBody({ status }) ?? {
        ...{ status, type: "invalid_request_error", code: "invalid_request" },
        message: "the request cannot be read",
      };
      sendError(response, unreadable);
      return;
    }
    sendError(response, faultError(error, request, log));
  };
}

/** Who it is that needs no API key. */
function administrator(adminToken: string | undefined): string {
  return adminToken === undefined || adminToken === "" ? "this machine" : "ADMIN_TOKEN";
}

/** Says who has changed something, once it is done. */
function logChanges(log: ControlPlane["log"]) {
  return (request: Request, response: Response, next: NextFunction) => {
    const { method, originalUrl } = request;
    if (method !== "GET" && method !== "HEAD") {
      response.once("finish", () => {
        const { statusCode: status, locals } = response;
        if (status < 400) log.info({ by: locals["by"] as string, status }, `${method} ${withoutQuery(originalUrl)}`);
      });
    }
    next();
  };
}

/**
 * What does not work at the moment. The server stays ready: requests that cost nobody's budget go on, and another server
 * would have the same database and Redis.
 */
function degradedParts({ ledger, budgets, keys, isRedisReady }: AccountingStatus): readonly string[] {
  return [
    ...(ledger.failingForMs === undefined ? [] : ["ledger: it cannot be written; requests with a key are refused"]),
    ...(budgets.lastError === undefined
      ? []
      : ["budgets: counters cannot be reached; requests with a budget are refused"]),
    ...(isRedisReady === false
      ? ["redis: it cannot be reached; rates are counted, and endpoints judged, by each server for itself"]
      : []),
    ...(keys.lastError === undefined ? [] : ["keys: changes cannot be read; those known go on"]),
  ];
}

/** What `/` says where no dashboard was built. */
const GREETING = `Routewright: routing policy as code for LLM traffic.
The dashboard is not built here; \`npm run build\` does that.

POST /v1/chat/completions   OpenAI-compatible; set an SDK's base_url to http://HOST:PORT/v1
GET  /v1/models             the catalog
GET  /healthz /readyz /metrics
GET  /admin/policy /admin/shadow /admin/decisions /admin/health
`;
