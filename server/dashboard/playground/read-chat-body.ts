import type { DecisionAnswer } from "../admin/answers.js";
import type { RequestForm } from "./request-form.js";

export type Json = Readonly<Record<string, unknown>>;

/** Whether it was a chat completion. */
export function isChat({ record }: DecisionAnswer): boolean {
  return record.operation === "chat";
}

/** The recorded body of a chat completion; undefined for other APIs, and where none is recorded or shown. */
export function recordedChatBody(decision: DecisionAnswer): Json | undefined {
  const request = decision.content?.request;
  return isChat(decision) && isObject(request) ? request : undefined;
}

/** What has an input of its own, and the rest: all of the body together. */
export function readChatBody(body: Json): { readonly fields: Partial<RequestForm>; readonly rest: Json } {
  const { model, messages, max_completion_tokens: limit, stream: _, ...others } = body;
  const before: readonly unknown[] = Array.isArray(messages) ? messages : [];
  const system = textOf(before[0], "system");
  const prompt = textOf(before.at(-1), "user");
  const between = before.slice(system === undefined ? 0 : 1, prompt === undefined ? before.length : -1);
  return {
    fields: {
      model: typeof model === "string" ? model : "auto",
      system: system ?? "",
      prompt: prompt ?? "",
      maxTokens: typeof limit === "number" ? String(limit) : "",
    },
    rest: between.length === 0 ? others : { messages: between, ...others },
  };
}

/** The text of a message of a role that says nothing besides. */
function textOf(message: unknown, role: string): string | undefined {
  if (!isObject(message) || message["role"] !== role || Object.keys(message).length !== 2) return undefined;
  const { content } = message;
  return typeof content === "string" ? content : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
