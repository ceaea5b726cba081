import type { Json } from "../../json/json.js";
import type { ChatRequest, ChatTool } from "../chat/chat-request.js";
import { type FittedSchema, fitSchema, hasFreeKeys } from "./fit-schema.js";
import type { ToolChoiceParam, ToolParam } from "./wire.js";

/** Of strict tools and their schemas in one request (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, read 2026-11-26). */
const MAX_STRICT = { tools: 20, optional: 24, unions: 16 } as const;

/** Every tool is offered; those that Anthropic cannot hold to their schema are not strict. */
export function translateTools({ tools, toolChoice }: ChatRequest, warnings: Set<string>): readonly ToolParam[] {
  const offered = toolChoice?.kind === "allowed" ? tools.filter(({ name }) => toolChoice.names.includes(name)) : tools;
  const fitted = new Map(
    offered.flatMap((tool) =>
      tool.strict === true && !hasFreeKeys(tool.parameters) ? [[tool, fitSchema(schemaOf(tool))] as const] : [],
    ),
  );
  const all = [...fitted.values()];
  const sum = (of: "optional" | "unions") => all.reduce((total, one) => total + one[of], 0);
  if (all.length > MAX_STRICT.tools || sum("optional") > MAX_STRICT.optional || sum("unions") > MAX_STRICT.unions) {
    const { tools: most, optional, unions } = MAX_STRICT;
    warnings.add(
      `tools: strict was left out, Anthropic takes ${most} strict tools with ${optional} optional properties and ${unions} unions in all`,
    );
    fitted.clear();
  } else if (offered.some((tool) => tool.strict === true && !fitted.has(tool))) {
    warnings.add("tools: strict was left out where a schema allows keys that it does not name");
  }
  warnOfWords("tools", [...fitted.values()], warnings);
  return offered.map((tool) => translateTool(tool, fitted.get(tool)));
}

/** Says which bounds of schemas the model is told in words. */
export function warnOfWords(field: string, schemas: readonly FittedSchema[], warnings: Set<string>): void {
  const words = new Set(schemas.flatMap(({ inWords }) => [...inWords]));
  if (words.size > 0) warnings.add(`${field}: ${[...words].join(", ")} of a schema was sent as a description`);
}

/** A schema is required, and must be that of an object. */
function schemaOf({ parameters }: ChatTool): Json {
  return { type: "object", ...(parameters ?? { properties: {} }) };
}

function translateTool(tool: ChatTool, strict: FittedSchema | undefined): ToolParam {
  const { name, description, cacheControl } = tool;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: strict?.schema ?? schemaOf(tool),
    ...(strict === undefined ? {} : { strict: true }),
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
