import { createHash } from "node:crypto";
import { estimateTokens } from "../../../engine/serving.js";
import { isObject, type Json } from "../../json/json.js";
import { wholeText } from "../../json/late-text.js";
import { promptParts } from "../../tokens/prompt-parts.js";
import { answersAsked } from "../chat/answers-asked.js";
import type { UpstreamCall } from "../provider-adapter.js";
import { exampleOfSchema } from "./example-of-schema.js";

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
  /** How many choices say it. */
  readonly answers: number;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

/** As many as OpenAI gives. */
const MAX_ANSWERS = 128;

/** Composes the answer to a request; the same body gets the same answer. */
export function composeSimulatedAnswer({ body, asked, endpoint, provider }: UpstreamCall): SimulatedAnswer {
  const parsedBody = asked.chat.body;
  const hash = createHash("sha256");
  for (const piece of body.pieces) hash.update(piece);
  const digest = hash.digest("hex").slice(0, 24);
  const prompt = lastUserText(parsedBody["messages"]);
  const tool = toolToCall(parsedBody, prompt, digest);
  const said = prompt === "" ? "" : ` You said: ${prompt.slice(0, 200)}`;
  const sentence = `This is a simulated answer of ${endpoint.model}.${said}`;
  const text = provider.simulate?.reply ?? inFormat(parsedBody["response_format"], sentence);
  const answers = Math.min(answersAsked(parsedBody), MAX_ANSWERS);
  const { texts, fixedTokens } = promptParts(parsedBody);
  const promptTokens = estimateTokens(texts.map(wholeText)) + fixedTokens;
  const completionTokens = answers * Math.max(1, Math.ceil((tool?.arguments ?? text).length / 4));
  return {
    id: `chatcmpl-simulated-${digest}`,
    text,
    tool,
    answers,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

/** A text as JSON where that is asked for. */
function inFormat(format: unknown, sentence: string): string {
  const { type, json_schema: wanted } = isObject(format) ? format : {};
  if (type === "json_object") return JSON.stringify({ simulated: sentence });
  const schema = type === "json_schema" && isObject(wanted) ? wanted["schema"] : undefined;
  return schema === undefined ? sentence : JSON.stringify(exampleOfSchema(schema) ?? null);
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
          : isAnswered(body["messages"])
            ? undefined
            : tools.find((tool) => typeof tool?.function?.name === "string" && prompt.includes(tool.function.name));
  const name = wanted?.function?.name;
  if (typeof name !== "string") return undefined;
  const example = exampleOfSchema(wanted?.function?.parameters);
  return { id: `call_${digest}`, name, arguments: JSON.stringify(isObject(example) ? example : {}) };
}

/** The last message is the result of a tool. */
function isAnswered(messages: unknown): boolean {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return isObject(last) && last["role"] === "tool";
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
