import { dataOf } from "../../dispatch/answers/sse-splitter.js";
import { isObject, type Json, parseJsonObject } from "../../json/json.js";

/** Where `usage` may begin. Inside a text the quotes would be escaped. */
const USAGE = /"usage"\s*:\s*\{/g;
const COST = /"cost"\s*:\s*(null|"[^"]*"|[-+.\deE]+)/g;

/** Whether an event may hold usage. */
export function mayHoldUsage(event: Buffer): boolean {
  return event.toString("latin1").search(USAGE) !== -1;
}

/** A whole answer whose `usage` says what it cost; every other byte stays as it is. One without usage stays as it is altogether. */
export function withCost(answer: Buffer, costUsd: number): Buffer {
  return insertCost(answer, costUsd, parseJsonObject);
}

/** The same for an event of a stream. */
export function withCostInEvent(event: Buffer, costUsd: number): Buffer {
  return insertCost(event, costUsd, (text) => parseJsonObject(dataOf(Buffer.from(text)) ?? ""));
}

function insertCost(bytes: Buffer, costUsd: number, read: (text: string) => Json | undefined): Buffer {
  const usage = usageIn(read(bytes.toString("utf8")));
  if (usage === undefined || Object.keys(usage).length === 0 || usage["cost"] === costUsd) return bytes;
  const hasCost = Object.hasOwn(usage, "cost"); // reported by the provider, and not believed
  const text = bytes.toString("latin1");
  for (const found of [...text.matchAll(hasCost ? COST : USAGE)].reverse()) {
    const cost = `"cost":${JSON.stringify(costUsd)}`;
    const start = text.slice(0, found.index) + (hasCost ? cost : `${found[0]}${cost},`);
    const written = Buffer.from(start + text.slice(found.index + found[0].length), "latin1");
    // Other objects of the answer may hold keys of these names (Groq's `x_groq`).
    if (usageIn(read(written.toString("utf8")))?.["cost"] === costUsd) return written;
  }
  return bytes;
}

/** The events of the Responses API hold it one deeper. */
function usageIn(answer: Json | undefined): Json | undefined {
  const { usage, response } = answer ?? {};
  if (isObject(usage)) return usage;
  return isObject(response) && isObject(response["usage"]) ? response["usage"] : undefined;
}
