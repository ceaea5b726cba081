import { type Request, type Response, Router } from "express";
import { parseRequestBody } from "../body/parse-request-body.js";
import { RequestAborted, readBody } from "../body/read-body.js";
import { refuseForm } from "../body/refuse-form.js";
import { type ApiError, sendError } from "../errors/api-error.js";
import { refuseOtherTypes } from "./admin-body.js";
import { WhyNotGivenUp } from "./ask-why-not.js";
import type { ExplainGivenRequest } from "./explain-request.js";
import { goneWith } from "./gone-with.js";
import { InvalidExplainRequest } from "./read-explain-request.js";

/** `POST /admin/explain`; access was checked before, and the body is read here: it holds a request, which can be as long as those of `/v1`. */
export function createExplainRoute(explain: ExplainGivenRequest): Router {
  const routes = Router({ caseSensitive: true });
  routes.post("/explain", refuseOtherTypes, async (request, response) => {
    try {
      await answer(explain, request, response);
    } catch (error) {
      if (error instanceof InvalidExplainRequest) sendError(response, error.error);
      else if (error instanceof WhyNotGivenUp) sendError(response, givenUp(error));
      else if (!(error instanceof RequestAborted) && !isAbort(error)) throw error;
    }
  });
  return routes;
}

async function answer(explain: ExplainGivenRequest, request: Request, response: Response): Promise<void> {
  const form = refuseForm(request);
  if (form !== undefined) {
    request.resume();
    sendError(response, form);
    return;
  }
  const bytes = await readBody(request);
  const parsed = "code" in bytes ? bytes : parseRequestBody(bytes);
  if ("code" in parsed) sendError(response, parsed);
  else response.json(await explain(parsed.json, goneWith(response)));
}

function givenUp({ message }: WhyNotGivenUp): ApiError {
  const help = "`policy explain --why-not` answers it without a limit";
  return { status: 503, type: "api_error", code: "given_up", message: `why_not: ${message}; ${help}` };
}

/** Nobody waits for the answer any more. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
