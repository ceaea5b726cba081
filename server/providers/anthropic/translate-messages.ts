import type { AssistantMessage, ChatMessage, ChatToolCall, SystemMessage } from "../chat/chat-request.js";
import { OPENING, OPENING_WARNING } from "../chat/opening.js";
import { argumentsObject } from "../chat/tool-arguments.js";
import type { ClaudeGeneration } from "./claude-generation.js";
import { textBlocks, translateParts } from "./translate-parts.js";
import type { ContentBlockParam, MessageParam, TextBlock, ThinkingBlock, ToolUseParam } from "./wire.js";

/** What reasoning of this format is called in `reasoning_details`. */
export const REASONING_FORMAT = "anthropic-claude-v1";

export interface TranslatedMessages {
  readonly system: readonly TextBlock[];
  readonly messages: readonly MessageParam[];
}

/**
 * System messages at the head become the system prompt; a later one stays in its place where the model takes that, else
 * it becomes a marked part of the user's turn. Turns of one role in a row become one, so that the results of parallel
 * calls stand in one message, as Anthropic demands
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls, read 2026-11-25).
 */
export function translateMessages(
  given: readonly ChatMessage[],
  { takesSystemTurns }: ClaudeGeneration,
  warnings: Set<string>,
): TranslatedMessages {
  const head = given.findIndex((message) => message.role !== "system");
  const [leading, rest] = head === -1 ? [given, []] : [given.slice(0, head), given.slice(head)];
  const system = leading.flatMap((message) => systemBlocks(message as SystemMessage, warnings));
  const messages: { role: MessageParam["role"]; content: ContentBlockParam[] }[] = [];
  for (const [at, message] of rest.entries()) {
    const { role, content } = translateTurn(message, takesSystemTurns && mayStand(rest, at), warnings);
    if (content.length === 0) continue;
    const last = messages.at(-1);
    if (last?.role === role && role !== "system") for (const block of content) last.content.push(block);
    else messages.push({ role, content: [...content] });
  }
  if (messages.length === 0 && system.length > 0) {
    warnings.add("messages: there are only system messages; they were sent as the user's turn");
    return { system: [], messages: [{ role: "user", content: system }] };
  }
  if (messages[0]?.role === "assistant") {
    warnings.add(OPENING_WARNING);
    messages.unshift({ role: "user", content: [{ type: "text", text: OPENING }] });
  }
  return { system, messages: withoutTrailingSpace(messages, warnings) };
}

/** A system turn follows one of the user, and the model's or none follows it. */
function mayStand(messages: readonly ChatMessage[], at: number): boolean {
  const before = messages[at - 1]?.role;
  const after = messages[at + 1]?.role;
  return (before === "user" || before === "tool") && (after === undefined || after === "assistant");
}

function translateTurn(message: ChatMessage, mayStayInPlace: boolean, warnings: Set<string>): MessageParam {
  switch (message.role) {
    case "system": {
      const content = systemBlocks(message, warnings);
      if (mayStayInPlace || content.length === 0) return { role: "system", content };
      warnings.add("messages: a system message in mid-conversation was sent inside the user's turn");
      return {
        role: "user",
        content: content.map((block) => ({ ...block, text: `<system>\n${block.text}\n</system>` })),
      };
    }
    case "user":
      return { role: "user", content: translateParts(message.parts, warnings) };
    case "tool": {
      const content = translateParts(message.parts, warnings);
      return {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: toolUseId(message.callId),
            ...(content.length === 0 ? {} : { content }),
          },
        ],
      };
    }
    case "assistant":
      return { role: "assistant", content: assistantBlocks(message, warnings) };
  }
}

function systemBlocks({ parts }: SystemMessage, warnings: Set<string>): readonly TextBlock[] {
  return parts.flatMap(({ text, cacheControl }) => textBlocks(text, cacheControl, warnings));
}

function assistantBlocks(message: AssistantMessage, warnings: Set<string>): readonly ContentBlockParam[] {
  return [
    ...thinkingBlocks(message, warnings),
    ...message.parts.flatMap(({ text, cacheControl }) => textBlocks(text, cacheControl, warnings)),
    ...message.toolCalls.map((call) => toolUse(call, warnings)),
  ];
}

/** Only what Anthropic signed goes back to it. */
function thinkingBlocks({ reasoning }: AssistantMessage, warnings: Set<string>): readonly ThinkingBlock[] {
  return reasoning.flatMap((detail): readonly ThinkingBlock[] => {
    if (detail.format === undefined || detail.format === REASONING_FORMAT) {
      if (detail.type === "reasoning.encrypted") return [{ type: "redacted_thinking", data: detail.data }];
      if (detail.signature !== undefined) {
        return [{ type: "thinking", thinking: detail.text, signature: detail.signature }];
      }
    }
    warnings.add("messages: reasoning that Anthropic did not sign was left out");
    return [];
  });
}

function toolUse({ id, name, arguments: text }: ChatToolCall, warnings: Set<string>): ToolUseParam {
  const { values, isText } = argumentsObject(text);
  if (isText) warnings.add("messages: arguments of a tool call that are no JSON object were sent as a text");
  return { type: "tool_use", id: toolUseId(id), name, input: values };
}

/** Ids of other providers may hold characters that Anthropic refuses (`^[a-zA-Z0-9_-]+$`). */
function toolUseId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, "_");
}

/** Anthropic refuses a last turn of the assistant that ends in white space. */
function withoutTrailingSpace(messages: readonly MessageParam[], warnings: Set<string>): readonly MessageParam[] {
  const last = messages.at(-1);
  const block = last?.content.at(-1);
  if (last?.role !== "assistant" || block?.type !== "text" || block.text === block.text.trimEnd()) return messages;
  warnings.add("messages: white space at the end of the last turn was left out");
  const trimmed = { ...block, text: block.text.trimEnd() };
  return [...messages.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), trimmed] }];
}
