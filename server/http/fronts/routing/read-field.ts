import type { RoutingDraft } from "./routing-draft.js";

/** @returns what the value should have been, when it is none. */
export type ReadField = (value: unknown, draft: RoutingDraft) => string | undefined;

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

/** @param word the value that asks for it. */
export function firstAttemptOnly(value: unknown, word: boolean, draft: RoutingDraft): string | undefined {
  if (value === word) draft.noFallback = true;
  return typeof value === "boolean" ? undefined : "true or false";
}

/** Anthropic's beta, LiteLLM and Vercel go on to other models by it, whatever the policy says of these. */
export function noFallbacks(name: string, value: unknown, draft: RoutingDraft): undefined {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  if (!isEmpty) draft.warn(`${name}: it was not used; which models follow is what the policy says`);
  return undefined;
}

export function unused(name: string, isFine: boolean, draft: RoutingDraft): undefined {
  if (!isFine) draft.warn(`${name}: this server has no such thing; it was not used`);
  return undefined;
}
