import { type Response, Router } from "express";
import type { PolicyStore } from "../../policy-files/policy-store.js";
import type { Shadow } from "../../shadow.js";
import type { ContentStore } from "../../storage/content-store.js";
import type { DecisionStore } from "../../storage/decisions/decision-store.js";
import { sendError } from "../errors/api-error.js";
import type { ExplainStored } from "./explain-stored-decision.js";

export interface AdminPlane {
  readonly policies: Pick<PolicyStore, "status" | "reload">;
  readonly decisions: Pick<DecisionStore, "find" | "findSnapshot">;
  readonly contents: Pick<ContentStore, "find">;
  readonly explain: ExplainStored;
  /** Undefined: no policy is tried beside the one that serves. */
  readonly shadow?: Pick<Shadow, "report" | "policy"> | undefined;
  /** The state of every endpoint. */
  readonly health: () => object;
}

/** What is below `/admin`; access was checked before. */
export function createAdminRoutes({ policies, shadow, decisions, contents, explain, health }: AdminPlane): Router {
  const routes = Router({ caseSensitive: true });
  const status = () => ({ ...policies.status(), ...(shadow === undefined ? {} : { shadow: shadow.policy() }) });
  routes.get("/policy", (_request, response) => {
    response.json(status());
  });

  routes.get("/shadow", (_request, response) => {
    if (shadow === undefined) notFound(response, "no policy is tried here; start with `policy serve --shadow DIR`");
    else response.json(shadow.report());
  });

  routes.get("/health", (_request, response) => {
    response.json(health());
  });

  routes.post("/policy/reload", async (_request, response) => {
    const result = await policies.reload("asked for by /admin/policy/reload");
    response.status(result === "rejected" ? 422 : 200).json({ result, ...status() });
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

  routes.get("/decisions/:id", async (request, response) => {
    const stored = await decisions.find(request.params.id);
    if (stored === undefined) {
      notFound(response, "there is no decision of that id");
      return;
    }
    const content = mayReadContent(response) ? await contents.find(stored.id) : undefined;
    response.json({
      record: await explain(stored),
      ...(content === undefined ? {} : { content: JSON.parse(content) as object }),
    });
  });
  return routes;
}

/** Recorded prompts and answers are for administrators; scope `read` sees all else. */
export function allowContent(response: Response): void {
  response.locals["mayReadContent"] = true;
}

function mayReadContent(response: Response): boolean {
  return response.locals["mayReadContent"] === true;
}

function notFound(response: Response, message: string): void {
  sendError(response, { status: 404, type: "not_found_error", code: "not_found", message });
}
