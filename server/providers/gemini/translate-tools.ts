import type { ChatRequest, ChatTool } from "../chat/chat-request.js";
import type { FunctionCallingConfig, FunctionDeclaration, GenerateContentRequest } from "./wire.js";

export function translateTools({
  tools,
  toolChoice,
}: ChatRequest): Pick<GenerateContentRequest, "tools" | "toolConfig"> {
  // Names can be allowed in mode ANY only: in mode AUTO the others are not offered.
  const offered =
    toolChoice?.kind === "allowed" && toolChoice.mode === "auto"
      ? tools.filter(({ name }) => toolChoice.names.includes(name))
      : tools;
  if (offered.length === 0) return {};
  const functionCallingConfig = translateToolChoice(toolChoice);
  return {
    tools: [{ functionDeclarations: offered.map(declare) }],
    ...(functionCallingConfig === undefined ? {} : { toolConfig: { functionCallingConfig } }),
  };
}

function declare({ name, description, parameters }: ChatTool): FunctionDeclaration {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined || Object.keys(parameters).length === 0 ? {} : { parametersJsonSchema: parameters }),
  };
}

function translateToolChoice(choice: ChatRequest["toolChoice"]): FunctionCallingConfig | undefined {
  switch (choice?.kind) {
    case undefined:
    case "auto":
      return undefined;
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "named":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
    case "allowed":
      return choice.mode === "auto" ? undefined : { mode: "ANY", allowedFunctionNames: choice.names };
  }
}
