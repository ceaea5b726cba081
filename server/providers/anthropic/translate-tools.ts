import type { ChatRequest, ChatTool } from "../chat/chat-request.js";
import type { ToolChoiceParam, ToolParam } from "./wire.js";

export function translateTools({ tools, toolChoice }: ChatRequest): readonly ToolParam[] {
  const offered = toolChoice?.kind === "allowed" ? tools.filter(({ name }) => toolChoice.names.includes(name)) : tools;
  return offered.map(translateTool);
}

function translateTool({ name, description, parameters, strict, cacheControl }: ChatTool): ToolParam {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    // A schema is required, and must be that of an object.
    input_schema: { type: "object", ...(parameters ?? { properties: {} }) },
    ...(strict === true ? { strict } : {}),
    ...(cacheControl === undefined ? {} : { cache_control: cacheControl }),
  };
}

/** @returns undefined when nothing has to be said: `auto` is what Anthropic does with tools. */
export function translateToolChoice({
  tools,
  toolChoice,
  parallelToolCalls,
}: ChatRequest): ToolChoiceParam | undefined {
  if (tools.length === 0) return undefined;
  const single = parallelToolCalls === false ? { disable_parallel_tool_use: true as const } : {};
  switch (toolChoice?.kind) {
    case undefined:
      return parallelToolCalls === false ? { type: "auto", ...single } : undefined;
    case "none":
      return { type: "none" };
    case "auto":
      return { type: "auto", ...single };
    case "required":
      return { type: "any", ...single };
    case "named":
      return { type: "tool", name: toolChoice.name, ...single };
    case "allowed":
      return { type: toolChoice.mode === "required" ? "any" : "auto", ...single };
  }
}

/** Whether the answer must be a tool call. */
export function forcesTools({ tools, toolChoice }: ChatRequest): boolean {
  if (tools.length === 0 || toolChoice === undefined) return false;
  return (
    toolChoice.kind === "required" ||
    toolChoice.kind === "named" ||
    (toolChoice.kind === "allowed" && toolChoice.mode === "required")
  );
}
