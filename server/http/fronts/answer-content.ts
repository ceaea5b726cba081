import { objectsOf, textOf } from "../../json/json.js";

// The content of an answer or of a delta is a text; Mistral's models that reason give a list of parts
// (https://docs.mistral.ai/capabilities/reasoning, and https://github.com/spring-projects/spring-ai/pull/5020, read 2026-11-26).

export function textIn(content: unknown): string {
  return textOf(content) ?? textsOf(content);
}

/** What its parts of type `thinking` say. */
export function thoughtIn(content: unknown): string {
  return objectsOf(content)
    .map(({ type, thinking }) => (type === "thinking" ? (textOf(thinking) ?? textsOf(thinking)) : ""))
    .join("");
}

function textsOf(parts: unknown): string {
  return objectsOf(parts)
    .map(({ type, text }) => (type === "text" ? (textOf(text) ?? "") : ""))
    .join("");
}
