import type { DecisionRecord } from "../../../engine/serving.js";
import { parseJsonObject } from "../../json/json.js";
import type { AnswerAbout } from "./front.js";

const CLOSE_BRACE = 0x7d;
const OPEN_BRACE = 0x7b;

/**
 * A JSON object with the record added as its last key, `route`; every other byte stays as it is. A body that is no JSON
 * object (a provider's error may be anything) stays as it is altogether.
 */
export function withRoute(body: Buffer, record: DecisionRecord): Buffer {
  if (parseJsonObject(body.toString("utf8")) === undefined) return body;
  const close = body.lastIndexOf(CLOSE_BRACE);
  const before = body.subarray(0, close);
  const isEmpty = before.toString("latin1").trimEnd().length === before.indexOf(OPEN_BRACE) + 1;
  return Buffer.concat([
    before,
    Buffer.from(`${isEmpty ? "" : ","}"route":${JSON.stringify(record)}`),
    body.subarray(close),
  ]);
}

/**
 * The chunk of a stream that carries the record.
 * @param about as in the chunks before it: SDKs put what the last chunk says into the completion they make of a stream.
 */
export function routeChunk(record: DecisionRecord, { id, created, model }: AnswerAbout): string {
  const chunk = { id, object: "chat.completion.chunk", created, model, choices: [], route: record };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
