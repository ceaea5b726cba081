import { once } from "node:events";
import { type Response, Router } from "express";
import type { DecisionFeed } from "../../storage/decisions/decision-feed.js";
import type { DecisionFilter, DecisionStore } from "../../storage/decisions/decision-store.js";
import { sendError } from "../errors/api-error.js";
import { goneWith } from "./gone-with.js";
import { invalidParameter, readDecisionFilter } from "./read-decision-filter.js";

export interface DecisionPlane {
  readonly decisions: Pick<DecisionStore, "list">;
  readonly feed: DecisionFeed;
}

/** Rows in one piece of an export. */
const PAGE = 500;
/** A line that keeps the connection awake, milliseconds. */
const AWAKE_MS = 15_000;
/** What a slow reader may leave unread, bytes; what comes then is left out, and it is told how much. */
const MAX_UNREAD = 1_000_000;
const MAX_STREAMS = 100;

/** Lists, exports and streams of decisions; access was checked before. */
export function createDecisionRoutes({ decisions, feed }: DecisionPlane): Router {
  const routes = Router({ caseSensitive: true });
  routes.get("/decisions", async (request, response) => {
    const filter = readDecisionFilter(request.query);
    if ("code" in filter) {
      sendError(response, filter);
      return;
    }
    const listed = await decisions.list(filter, goneWith(response));
    response.json({
      decisions: listed.map(({ decision }) => decision),
      summaries: listed.map(({ summary }) => summary),
    });
  });

  // Newest first, one JSON document a line; what `policy replay` reads. The rule is no part of a stored decision: it is put in front.
  routes.get("/decisions/export", async (request, response) => {
    const filter = readDecisionFilter(request.query);
    if ("code" in filter) {
      sendError(response, filter);
      return;
    }
    response.attachment("decisions.jsonl").type("application/x-ndjson");
    await writeAll(decisions, filter, response);
    response.end();
  });

  routes.get("/decisions/stream", (request, response) => {
    const filter = readDecisionFilter(request.query);
    if ("code" in filter) sendError(response, filter);
    else if (filter.limit !== undefined)
      sendError(response, invalidParameter("limit", "a stream has no end; leave it out"));
    else if (feed.size >= MAX_STREAMS) {
      const message = `${MAX_STREAMS} streams are open already; close one`;
      sendError(response, { status: 429, type: "rate_limit_error", code: "too_many_streams", message });
    } else stream(feed, filter, response);
  });
  return routes;
}

async function writeAll(
  decisions: DecisionPlane["decisions"],
  { limit: most = Number.POSITIVE_INFINITY, ...filter }: DecisionFilter,
  response: Response,
): Promise<void> {
  const signal = goneWith(response);
  let left = most;
  for (let before = filter.before; left > 0 && !response.destroyed; ) {
    const wanted = { ...filter, limit: Math.min(PAGE, left), ...(before === undefined ? {} : { before }) };
    const page = await decisions.list(wanted, signal);
    for (const { decision, summary } of page) {
      response.write(`${JSON.stringify({ rule: summary.rule, ...decision })}\n`);
    }
    left -= page.length;
    before = page.at(-1)?.decision.id;
    if (page.length < PAGE) return;
    if (response.writableNeedDrain) await once(response, "drain", { signal }).catch(() => undefined); // the client has gone
  }
}

/** Server-sent events: `decision` for each, `skipped` when the reader is too slow. */
function stream(feed: DecisionFeed, filter: DecisionFilter, response: Response): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "x-accel-buffering": "no",
  });
  response.write(": decisions as they are made\n\n");
  let skipped = 0;
  const awake = setInterval(() => response.write(": awake\n\n"), AWAKE_MS).unref();
  const unsubscribe = feed.subscribe({
    filter,
    take: ({ columns, decision }) => {
      if (response.writableLength > MAX_UNREAD) {
        skipped += 1;
        return;
      }
      if (skipped > 0) response.write(`event: skipped\ndata: ${JSON.stringify({ skipped })}\n\n`);
      skipped = 0;
      const { rule, model, provider, status } = columns;
      response.write(`event: decision\ndata: ${JSON.stringify({ rule, model, provider, status, decision })}\n\n`);
    },
    end: () => response.end(),
  });
  response.once("close", () => {
    clearInterval(awake);
    unsubscribe();
  });
}
