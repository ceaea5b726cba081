import { isObject, type Json, objectsOf, wordOf } from "../../json/json.js";

/**
 * Messages as any OpenAI-compatible server takes them.
 *
 * - `developer` is `system`: OpenAI reads both alike, others know only the second.
 * - Contents of text alone are one text: many servers take lists of parts from users only.
 * - Pictures and files of tool results follow as the user's: OpenAI takes them from users only.
 * - What only other formats know is left out, but for `reasoning_details`: which of it a server made is known when it is asked.
 *
 * @param warnings takes what is said otherwise than the client said it.
 */
export function plainMessages(messages: readonly Json[], warnings: Set<string>): readonly Json[] {
  const plain: Json[] = [];
  let shown: Json[] = [];
  for (const message of messages) {
    if (linksFile(message)) warnings.add(LINKED);
    if (message["role"] === "tool") {
      const { result, others } = toolResult(message);
      plain.push(result);
      for (const other of others) shown.push(other);
      continue;
    }
    const isUsers = message["role"] === "user";
    if (shown.length > 0 && !isUsers) plain.push(usersMessage(shown));
    const own = plainMessage(message);
    plain.push(isUsers && shown.length > 0 ? { ...own, content: [...shown, ...partsOf(own["content"])] } : own);
    if (shown.length > 0) warnings.add(SHOWN);
    shown = [];
  }
  if (shown.length > 0) {
    warnings.add(SHOWN);
    plain.push(usersMessage(shown));
  }
  return plain;
}

const SHOWN = "messages: pictures and files of tool results were sent as the user's, behind the results";

const LINKED =
  "messages: a link to a file was sent as its file_data, where OpenAI takes data only; send the data where the provider refuses it";

function linksFile({ content }: Json): boolean {
  return partsOf(content).some(({ file }) => isObject(file) && /^https?:/.test(wordOf(file["file_data"])));
}

function usersMessage(content: readonly Json[]): Json {
  return { role: "user", content };
}

function plainMessage({ extra_content: _, role, content, tool_calls: calls, ...message }: Json): Json {
  return {
    ...message,
    role: role === "developer" ? "system" : role,
    content: Array.isArray(content) ? plainContent(content) : content,
    ...(Array.isArray(calls) ? { tool_calls: objectsOf(calls).map(({ extra_content: __, ...call }) => call) } : {}),
  };
}

function toolResult(message: Json): { readonly result: Json; readonly others: readonly Json[] } {
  const parts = partsOf(message["content"]);
  const texts = parts.filter(isText);
  if (texts.length === parts.length) return { result: plainMessage(message), others: [] };
  const others = plainParts(parts.filter((part) => !isText(part)));
  const said = texts.length > 0 ? texts : [textPart("What it shows follows.")];
  return {
    result: { ...message, content: plainContent(said) },
    others: [textPart(`What the result of ${wordOf(message["tool_call_id"])} shows:`), ...others],
  };
}

function plainContent(content: readonly unknown[]): string | readonly Json[] {
  const parts = plainParts(objectsOf(content));
  return parts.every(isText) ? parts.map(({ text }) => text).join("\n\n") : parts;
}

function plainParts(parts: readonly Json[]): readonly Json[] {
  return parts.map(({ cache_control: _, ...part }) => part);
}

function partsOf(content: unknown): readonly Json[] {
  if (typeof content === "string") return content === "" ? [] : [textPart(content)];
  return objectsOf(content);
}

function isText({ type }: Json): boolean {
  return type === "text";
}

function textPart(text: string): Json {
  return { type: "text", text };
}
