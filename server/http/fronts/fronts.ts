import type { Operation } from "../../providers/operation.js";
import { chatFront } from "./chat-front.js";
import { compactFront } from "./compact-front.js";
import { completionsFront } from "./completions-front.js";
import { embeddingsFront } from "./embeddings-front.js";
import type { Front } from "./front.js";
import { messagesFront } from "./messages-front.js";
import { responsesFront } from "./responses-front.js";

/** Path → API: the one place that knows which there are. */
export const fronts: ReadonlyMap<string, Front> = new Map([
  ["/v1/chat/completions", chatFront],
  ["/v1/completions", completionsFront],
  ["/v1/embeddings", embeddingsFront],
  ["/v1/messages", messagesFront],
  ["/v1/responses", responsesFront],
  ["/v1/responses/compact", compactFront],
]);

/** @throws Error when no API has the operation. */
export function frontOf(operation: Operation): Front {
  const front = [...fronts.values()].find((one) => one.operation === operation);
  if (front === undefined) throw new Error(`invariant: there is no API ${operation}`);
  return front;
}
