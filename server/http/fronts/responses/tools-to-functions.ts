import { isObject, type Json, objectsOf, textOf, wordOf } from "../../../json/json.js";
import { NATIVE_ONLY } from "./native-only.js";
import { customParameters, functionName } from "./offered-tools.js";

/** The tools of a request as a chat completion offers them, all as functions. @param warnings takes what is not said of them. */
export function toolsToFunctions(tools: unknown, warnings: Set<string>): readonly Json[] {
  return objectsOf(tools).flatMap((tool) => {
    if (tool["type"] !== "namespace") return toFunction(tool, undefined, warnings);
    const { name, description } = tool;
    if (typeof description === "string" && description !== "") {
      warnings.add(`tools: the description of namespace ${wordOf(name)} was left out, ${NATIVE_ONLY}`);
    }
    return objectsOf(tool["tools"]).flatMap((one) => toFunction(one, name, warnings));
  });
}

function toFunction(tool: Json, namespace: unknown, warnings: Set<string>): readonly Json[] {
  const { type, name, description: given, parameters, strict, format, ...more } = tool;
  if (type !== "function" && type !== "custom") {
    warnings.add(`tools: ${wordOf(type)} was left out, ${NATIVE_ONLY}`);
    return [];
  }
  const isCustom = type === "custom";
  const others = [...Object.keys(more), ...(!isCustom && format !== undefined ? ["format"] : [])];
  if (others.length > 0) warnings.add(`tools: ${others.join(", ")} was left out, ${NATIVE_ONLY}`);
  const description = isCustom ? customDescription(name, given, format, warnings) : (given ?? undefined);
  const called = {
    name: functionName(name, namespace),
    ...(description === undefined ? {} : { description }),
    ...(isCustom ? { parameters: customParameters } : isObject(parameters) ? { parameters } : {}),
    ...(typeof strict === "boolean" && !isCustom ? { strict } : {}),
  };
  return [{ type: "function", function: called }];
}

/** Nobody else holds a model to a grammar; one that reads it keeps to it, mostly. */
function customDescription(name: unknown, given: unknown, format: unknown, warnings: Set<string>): string | undefined {
  const description = textOf(given);
  const { type, syntax, definition } = isObject(format) ? format : {};
  if (type !== "grammar") return description;
  warnings.add(`tools: the grammar of ${wordOf(name)} was put into its description, ${NATIVE_ONLY}`);
  const grammar = `The input follows this grammar (${wordOf(syntax)}):\n${wordOf(definition)}`;
  return description === undefined ? grammar : `${description}\n\n${grammar}`;
}
