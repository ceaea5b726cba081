import { isObject, type Json, parseWritableObject, textOf } from "../../json/json.js";
import {
  type AssistantMessage,
  type ChatMessage,
  type ChatToolCall,
  RefusedRequest,
  type ToolMessage,
} from "../chat/chat-request.js";
import { OPENING, OPENING_WARNING } from "../chat/opening.js";
import { argumentsObject } from "../chat/tool-arguments.js";
import type { GeminiGeneration } from "./gemini-generation.js";
import { translateParts } from "./translate-parts.js";
import type { Content, GenerateContentRequest, Part } from "./wire.js";

/**
 * Stands where a signature was lost, so that the request is not refused
 * (https://ai.google.dev/gemini-api/docs/thought-signatures, read 2026-11-25).
 */
const NO_SIGNATURE = "skip_thought_signature_validator";

/**
 * System messages at the head become the system instruction; later ones a marked part of the user's turn, since Gemini
 * knows the roles user and model only. Turns of one role in a row become one: results of parallel calls stand together.
 */
export function translateMessages(
  given: readonly ChatMessage[],
  generation: GeminiGeneration,
  warnings: Set<string>,
): Pick<GenerateContentRequest, "contents" | "systemInstruction"> {
  const head = given.findIndex((message) => message.role !== "system");
  const leading = head === -1 ? given : given.slice(0, head);
  const system = leading.flatMap((message) =>
    message.role === "system" ? translateParts(message.parts, warnings) : [],
  );
  const contents: { role: Content["role"]; parts: Part[] }[] = [];
  for (const message of head === -1 ? [] : given.slice(head)) {
    const { role, parts } = translateTurn(message, generation, warnings);
    if (parts.length === 0) continue;
    const last = contents.at(-1);
    if (last?.role === role) for (const part of parts) last.parts.push(part);
    else contents.push({ role, parts: [...parts] });
  }
  if (contents.length === 0 && system.length > 0) {
    warnings.add("messages: there are only system messages; they were sent as the user's turn");
    return { contents: [{ role: "user", parts: system }] };
  }
  if (contents[0]?.role === "model") {
    warnings.add(OPENING_WARNING);
    contents.unshift({ role: "user", parts: [{ text: OPENING }] });
  }
  return { contents, ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }) };
}

function translateTurn(message: ChatMessage, generation: GeminiGeneration, warnings: Set<string>): Content {
  switch (message.role) {
    case "system":
      warnings.add("messages: a system message in mid-conversation was sent inside the user's turn");
      return {
        role: "user",
        parts: message.parts
          .filter(({ text }) => text !== "")
          .map(({ text }) => ({ text: `<system>\n${text}\n</system>` })),
      };
    case "user":
      return { role: "user", parts: translateParts(message.parts, warnings) };
    case "tool":
      return { role: "user", parts: toolResult(message, warnings) };
    case "assistant":
      return { role: "model", parts: modelParts(message, generation, warnings) };
  }
}

function modelParts(
  message: AssistantMessage,
  { needsSignatures }: GeminiGeneration,
  warnings: Set<string>,
): readonly Part[] {
  if (message.reasoning.length > 0) warnings.add("messages: reasoning of another provider was left out");
  const texts = translateParts(message.parts, warnings);
  const signature = signatureIn(message.extraContent);
  const signed = signature === undefined ? texts : signLast(texts, signature);
  const calls = message.toolCalls.map((call) => functionCall(call, warnings));
  const [first, ...others] = calls;
  if (!needsSignatures || first === undefined || calls.some((call) => call.thoughtSignature !== undefined)) {
    return [...signed, ...calls];
  }
  warnings.add(
    "messages: tool calls came back without the extra_content they were made with; Gemini thinks anew about them",
  );
  return [...signed, { ...first, thoughtSignature: NO_SIGNATURE }, ...others];
}

function signLast(parts: readonly Part[], thoughtSignature: string): readonly Part[] {
  const last = parts.at(-1) ?? { text: "" };
  return [...parts.slice(0, -1), { ...last, thoughtSignature }];
}

function functionCall({ id, name, arguments: text, extraContent }: ChatToolCall, warnings: Set<string>): Part {
  const { values, isText } = argumentsObject(text);
  if (isText) warnings.add("messages: arguments of a tool call that are no JSON object were sent as a text");
  const thoughtSignature = signatureIn(extraContent);
  return {
    functionCall: { id, name, args: values },
    ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
  };
}

/** Google's OpenAI-compatible API puts signatures there, and so do we. */
function signatureIn(extraContent: Json | undefined): string | undefined {
  const google = extraContent?.["google"];
  return isObject(google) ? textOf(google["thought_signature"]) : undefined;
}

/** A result that is a JSON object is sent as one; any other text becomes its `output`. */
function toolResult({ callId, name, parts }: ToolMessage, warnings: Set<string>): readonly Part[] {
  if (name === undefined) {
    throw new RefusedRequest("messages", `no message before holds the tool call that tool_call_id names: ${callId}`);
  }
  const text = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  const others = parts.filter((part) => part.kind !== "text");
  const response = parseWritableObject(text) ?? { output: text };
  return [{ functionResponse: { id: callId, name, response } }, ...translateParts(others, warnings)];
}
