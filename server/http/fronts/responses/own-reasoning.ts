import type { Json } from "../../../json/json.js";
import { listEntry } from "../../../json/late-text.js";
import { isOwnReasoning } from "../reasoning-state.js";

/** A request for a provider with the Responses API without the reasoning of others, which no provider can read. */
export function withoutOwnReasoning(body: Json): { readonly body: Json; readonly warning: string } | undefined {
  const input = listEntry(body, "input");
  if (!input.some(isOwnReasoning)) return undefined;
  const left = input.filter((item) => !isOwnReasoning(item));
  return { body: { ...body, input: left }, warning: "input: reasoning of other providers was left out" };
}
