import { type Response, Router } from "express";
import type { PolicyStore } from "../policy-files/policy-store.js";
import type { DecisionFilter, DecisionStore } from "../storage/decision-store.js";
import { type ApiError, sendError } from "./api-error.js";
import type { ExplainStored } from "./explain-stored-decision.js";

export interface AdminPlane {
  readonly policies: Pick<PolicyStore, "status" | "reload">;
  readonly decisions: Pick<DecisionStore, "find" | "list" | "findSnapshot">;
  readonly explain: ExplainStored;
  /** The state of every endpoint. */
  readonly health: () => object;
}

/** What is below `/admin`; access was checked before. */
export function createAdminRoutes({ policies, decisions, explain, health }: AdminPlane): Router {
  const routes = Router();
  routes.get("/policy", (_request, response) => {
    response.json(policies.status());
  });

  routes.get("/health", (_request, response) => {
    response.json(health());
  });

  routes.post("/policy/reload", async (_request, response) => {
    const result = await policies.reload("asked for by /admin/policy/reload");
    response.status(result === "rejected" ? 422 : 200).json({ result, ...policies.status() });
  });

  routes.get("/policy/snapshots/:revision", async (request, response) => {
    const { revision } = request.params;
    const snapshot = /^[0-9a-f]{64}$/.test(revision) ? await decisions.findSnapshot(revision) : undefined;
    if (snapshot === undefined) {
      notFound(response, "there is no snapshot of that revision; write its 64 hex digits, as decision records do");
    } else {
      response.json(snapshot);
    }
  });

  routes.get("/decisions", async (request, response) => {
    const filter = readFilter(request.query);
    if ("code" in filter) sendError(response, filter);
    else response.json({ decisions: await decisions.list(filter) });
  });

  routes.get("/decisions/:id", async (request, response) => {
    const stored = await decisions.find(request.params.id);
    if (stored === undefined) notFound(response, "there is no decision of that id");
    else response.json({ record: await explain(stored) });
  });
  return routes;
}

/** Query parameters of a list of decisions. @returns the error to answer with when one cannot be used. */
function readFilter(query: Readonly<Record<string, unknown>>): DecisionFilter | ApiError {
  const filter: { -readonly [Key in keyof DecisionFilter]: DecisionFilter[Key] } = {};
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== "string" || value === "") return invalid(name, "give it once, with a value");
    switch (name) {
      case "limit": {
        const limit = /^\d{1,4}$/.test(value) ? Number(value) : 0;
        if (limit < 1 || limit > 1_000) return invalid(name, "it takes a whole number from 1 to 1000");
        filter.limit = limit;
        break;
      }
      case "before":
      case "rule":
      case "model":
        filter[name] = value;
        break;
      default:
        return invalid(name, "there is no such parameter; there are limit, before, rule and model");
    }
  }
  return filter;
}

function invalid(parameter: string, wanted: string): ApiError {
  const param = parameter.slice(0, 100);
  return {
    status: 400,
    type: "invalid_request_error",
    code: "invalid_parameter",
    message: `${param}: ${wanted}`,
    param,
  };
}

function notFound(response: Response, message: string): void {
  sendError(response, { status: 404, type: "not_found_error", code: "not_found", message });
}
