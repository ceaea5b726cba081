import { isObject, type Json } from "../../../json/json.js";
import { routingFieldNames } from "../../../providers/chat/routing-field-names.js";

const names: ReadonlySet<string> = new Set(routingFieldNames);

export function hasRoutingFields(body: Json): boolean {
  for (const name in body) if (names.has(name)) return true;
  return false;
}

/** The fields of a body that are for a router. */
export function routingFieldsOf(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.has(name)));
}

/** OpenRouter's `usage: { include: true }`: the usage of the answer is to say what it cost (https://openrouter.ai/docs/use-cases/usage-accounting, read 2026-11-27). */
export function asksCost({ usage }: Json): boolean {
  return isObject(usage) && usage["include"] === true;
}

/** Of a stream it asks for what OpenAI's `stream_options: { include_usage: true }` does. */
export function withUsageAsked(body: Json): Json {
  const { stream, stream_options: options = null } = body;
  if (!asksCost(body) || stream !== true) return body;
  return options === null || isObject(options)
    ? { ...body, stream_options: { ...options, include_usage: true } }
    : body;
}

/** A body without the fields that are for a router. */
export function withoutRoutingFields(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.has(name)));
}
