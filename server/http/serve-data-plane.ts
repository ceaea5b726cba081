import type { IncomingMessage, ServerResponse } from "node:http";
import { allowedModels } from "../keys/allowed-models.js";
import { withoutQuery } from "../without-query.js";
import { authenticate, type Caller } from "./authenticate.js";
import { createInference } from "./create-inference.js";
import { createTokenCount } from "./create-token-count.js";
import type { DataPlane } from "./data-plane.js";
import { type ApiError, errorBody, sendJson } from "./errors/api-error.js";
import { faultError } from "./errors/fault-error.js";
import { methodNotAllowed } from "./errors/method-not-allowed.js";
import { withoutUpgrade } from "./errors/without-upgrade.js";
import { countFronts } from "./fronts/count-fronts.js";
import { fronts } from "./fronts/fronts.js";
import { messagesFront } from "./fronts/messages-front.js";
import { findGeneration } from "./generation.js";
import { keyInfo } from "./key-info.js";
import { findModelObject, listModels } from "./models.js";
import { unknownUrl } from "./unknown-url.js";

const MODEL = "/v1/models/";

/** Serves `/v1/*` by hand: a framework in this path costs more than all the rest. */
export function createDataPlane(plane: DataPlane): (request: IncomingMessage, response: ServerResponse) => void {
  const inference = new Map([...fronts].map(([path, front]) => [path, createInference(plane, front)]));
  for (const [path, front] of countFronts) inference.set(path, createTokenCount(plane, front));
  return (request, response) => {
    const path = withoutQuery(request.url ?? "/");
    const serve = request.method === "POST" ? inference.get(path) : undefined;
    if (serve !== undefined) {
      serve(request, response);
      return;
    }
    void serveBriefly(plane, request, response, path);
  };
}

async function serveBriefly(plane: DataPlane, request: IncomingMessage, response: ServerResponse, path: string) {
  request.resume(); // a body that nobody reads would hold up the connection
  const trace = plane.startTrace({ method: request.method ?? "", path, headers: request.headers });
  const { status, value, headers } = await answerAnyway(plane, request, path);
  // Each key has answers of its own, which caches know by `Authorization` only.
  sendJson(response, status, value, { ...headers, "cache-control": "no-store" });
  trace.end({ status, outcome: status < 400 ? "answered" : status < 500 ? "rejected" : "failed", code: undefined });
}

/** Never rejects. */
async function answerAnyway(plane: DataPlane, request: IncomingMessage, path: string): Promise<BriefAnswer> {
  try {
    const caller = await authenticate(request, plane.access, undefined);
    return "code" in caller ? refusal(path, caller) : await answerBriefly(plane, caller, request, path);
  } catch (error) {
    return refusal(path, faultError(error, `${request.method ?? ""} ${path}`, plane.log));
  }
}

interface BriefAnswer {
  readonly status: number;
  readonly value: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is asked for with GET. */
const brief: readonly string[] = ["/v1/key", "/v1/models", "/v1/generation"];

async function answerBriefly(
  plane: DataPlane,
  { key }: Caller,
  { method = "", url = "", headers }: IncomingMessage,
  path: string,
): Promise<BriefAnswer> {
  if (fronts.has(path) && headers.upgrade !== undefined) return refusal(path, withoutUpgrade(path));
  if (fronts.has(path) || countFronts.has(path)) return refusal(path, methodNotAllowed(method, path, "POST"));
  if (!brief.includes(path) && !path.startsWith(MODEL)) return refusal(path, unknownUrl(method, path));
  if (method !== "GET" && method !== "HEAD") return refusal(path, methodNotAllowed(method, path, "GET, HEAD"));
  if (path === "/v1/key") return { status: 200, value: await keyInfo(key, plane.accounting) };
  if (path === "/v1/generation") {
    const id = new URLSearchParams(url.slice(path.length)).get("id");
    return found(path, await findGeneration(id, key, plane.decisions));
  }
  const policy = plane.currentPolicy();
  const allowed = allowedModels(policy, key?.settings.allow ?? []);
  if (path === "/v1/models") return { status: 200, value: listModels(policy, allowed) };
  return found(path, findModelObject(policy, decodePath(path.slice(MODEL.length)), allowed));
}

function found(path: string, value: object): BriefAnswer {
  return "code" in value ? refusal(path, value as ApiError) : { status: 200, value };
}

/** In the form of the API that the path belongs to. */
function refusal(path: string, error: ApiError): BriefAnswer {
  const isMessages = path.split("/").includes("messages");
  return {
    status: error.status,
    value: isMessages ? messagesFront.errorBody(error, undefined) : errorBody(error),
    ...(error.headers === undefined ? {} : { headers: error.headers }),
  };
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign: no model is called so
  }
}
