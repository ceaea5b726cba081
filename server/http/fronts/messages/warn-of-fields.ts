import { isObject, type Json } from "../../../json/json.js";

/**
 * Fields of blocks that are read, or that nobody else needs: caching is comfort, `tool_changes` and signatures are for Anthropic alone
 * (types of the `@anthropic-ai/sdk` package 1.14.0, `BetaContentBlockParam`, read 2026-11-27). Blocks of other types have warnings of their own.
 */
const known: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(["text"]),
  image: new Set(["source"]),
  document: new Set(["source", "title", "context", "citations"]),
  search_result: new Set(["source", "title", "content"]),
  tool_use: new Set(["id", "name", "input"]),
  tool_result: new Set(["tool_use_id", "content", "is_error"]),
  tool_reference: new Set(["tool_name"]),
};
const ofAll: ReadonlySet<string> = new Set(["type", "cache_control"]);

/** Says what of a block is left out beside what is translated. */
export function warnOfFields(block: Json, warnings: Set<string>): void {
  const fields =
    typeof block["type"] === "string" && Object.hasOwn(known, block["type"]) ? known[block["type"]] : undefined;
  if (fields === undefined) return;
  for (const [name, value] of Object.entries(block)) {
    if (ofAll.has(name) || fields.has(name) || saysNothing(value)) continue;
    warnings.add(
      `messages: ${name} of a block of type ${block["type"]} was left out, it exists in Anthropic's API only`,
    );
  }
}

/** As in blocks that an answer of Anthropic holds, and that are handed back as they came. */
function saysNothing(value: unknown): boolean {
  if (value === null || (Array.isArray(value) && value.length === 0)) return true;
  return isObject(value) && (value["enabled"] === false || value["type"] === "direct");
}
