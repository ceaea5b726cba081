import { isObject, type Json, objectsOf } from "../../json/json.js";
import type { Unseen } from "./front.js";
import { isImage, untranslated } from "./untranslated.js";

/** What a request holds that its chat completion may lack: tools and content that one API alone has, pictures that a provider keeps. */
export function unseenIn(body: Json): Pick<Unseen, "tools" | "images" | "prompt"> {
  const { tools, mcp_servers: servers, messages, input } = body;
  return {
    tools: isSome(tools) || isSome(servers) || bringsTools(messages) || bringsTools(input),
    images: holdsImage(messages) || holdsImage(input) || objectsOf(tools).some(hasMask),
    prompt: untranslated(body),
  };
}

function isSome(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

/**
 * Whether a conversation offers tools beside those of the request: in items `additional_tools` and `tool_search_output` of the Responses
 * API (types of the `openai` package 6.49.0), in blocks `tool_addition` and `mcp_tool_listing` of the Messages API
 * (`@anthropic-ai/sdk` 1.14.0, both read 2026-11-28).
 */
function bringsTools(entries: unknown): boolean {
  return objectsOf(entries).some(
    ({ type, tools, content }) => type === "tool_addition" || isSome(tools) || bringsTools(content),
  );
}

/** A tool that makes pictures may be given one. */
function hasMask({ input_image_mask: mask }: Json): boolean {
  return isObject(mask);
}

function holdsImage(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsImage);
  return isObject(value) && (isImage(value) || Object.values(value).some(holdsImage));
}
