import { createHash } from "node:crypto";
import { estimateTokens } from "../../engine/serving.js";
import { wholeText } from "../json/late-text.js";
import { promptParts } from "../tokens/prompt-parts.js";
import type { UpstreamCall } from "./provider-adapter.js";

/** A tool call of the simulator; `arguments` is JSON text. */
export interface SimulatedToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}
/** What the simulator says: a text, or a tool call. */
export interface SimulatedAnswer {
  readonly id: string;
  readonly text: string;
  readonly tool: SimulatedToolCall | undefined;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

type Json = Readonly<Record<string, unknown>>;

/** Composes the answer to a request; the same body gets the same answer. */
export function composeSimulatedAnswer({ body, parsedBody, endpoint, provider }: UpstreamCall): SimulatedAnswer {
  const hash = createHash("sha256");
  for (const piece of body.pieces) hash.update(piece);
  const digest = hash.digest("hex").slice(0, 24);
  const prompt = lastUserText(parsedBody["messages"]);
  const tool = toolToCall(parsedBody, prompt, digest);
  const asked = prompt === "" ? "" : ` You said: ${prompt.slice(0, 200)}`;
  const text = provider.simulate?.reply ?? `This is a simulated answer of ${endpoint.model}.${asked}`;
  const { texts, fixedTokens } = promptParts(parsedBody);
  const promptTokens = estimateTokens(texts.map(wholeText)) + fixedTokens;
  const completionTokens = Math.max(1, Math.ceil((tool?.arguments ?? text).length / 4));
  return {
    id: `chatcmpl-simulated-${digest}`,
    text,
    tool,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

function toolToCall(body: Json, prompt: string, digest: string): SimulatedToolCall | undefined {
  const tools = Array.isArray(body["tools"])
    ? (body["tools"] as readonly { function?: { name?: unknown; parameters?: unknown } }[])
    : [];
  const choice = body["tool_choice"] as string | { readonly function?: { readonly name?: unknown } } | null | undefined;
  const named = typeof choice === "object" ? choice?.function?.name : undefined;
  const wanted =
    choice === "none"
      ? undefined
      : named !== undefined
        ? tools.find((tool) => tool?.function?.name === named)
        : choice === "required"
          ? tools[0]
          : tools.find((tool) => typeof tool?.function?.name === "string" && prompt.includes(tool.function.name));
  const name = wanted?.function?.name;
  if (typeof name !== "string") return undefined;
  return { id: `call_${digest}`, name, arguments: JSON.stringify(exampleOf(wanted?.function?.parameters, 0) ?? {}) };
}

/** A value that fits the plain parts of a JSON schema: types, required properties, enums. */
function exampleOf(schema: unknown, depth: number): unknown {
  if (typeof schema !== "object" || schema === null || depth > 8) return undefined;
  const {
    type,
    properties,
    required,
    items,
    enum: values,
  } = schema as {
    readonly type?: unknown;
    readonly properties?: Json;
    readonly required?: unknown;
    readonly items?: unknown;
    readonly enum?: unknown;
  };
  if (Array.isArray(values) && values.length > 0) return values[0];
  switch (Array.isArray(type) ? type[0] : type) {
    case "object":
      return Object.fromEntries(
        (Array.isArray(required) ? required : []).map((name: unknown) => [
          String(name),
          exampleOf(properties?.[String(name)], depth + 1) ?? null,
        ]),
      );
    case "array":
      return [exampleOf(items, depth + 1)].filter((item) => item !== undefined);
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "simulated";
  }
}

function lastUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  const last = (messages as readonly { role?: unknown; content?: unknown }[]).findLast(
    (message) => message?.role === "user",
  );
  if (typeof last?.content === "string") return last.content;
  if (!Array.isArray(last?.content)) return "";
  return (last.content as readonly { text?: unknown }[])
    .map((part) => (typeof part?.text === "string" ? part.text : ""))
    .join("");
}
