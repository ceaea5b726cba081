import { type Json, objectsOf } from "../../json/json.js";
import { shortHash } from "./short-hash.js";

/**
 * OpenAI, Gemini and Qwen take no longer names of functions; Anthropic takes 128 characters, and MCP servers in Claude Code's plugins have such
 * names (https://github.com/QwenLM/Qwen3-VL/issues/2069, read 2026-11-27).
 */
const MAX_LENGTH = 64;

/** A name as a function of a chat completion has it: the same for the same name. */
export function fitName(name: unknown): unknown {
  if (typeof name !== "string" || name.length <= MAX_LENGTH) return name;
  return `${name.slice(0, MAX_LENGTH - 9)}_${shortHash(name, 8)}`;
}

/** Names of tools that were too long, by those that they have now; undefined: none was. */
export function longNames(tools: unknown): Json | undefined {
  const long = objectsOf(tools).flatMap(({ name }) =>
    typeof name === "string" && name.length > MAX_LENGTH ? [[String(fitName(name)), name] as const] : [],
  );
  return long.length === 0 ? undefined : Object.fromEntries(long);
}

/** A tool's own name. @param long see {@link longNames}. */
export function ownName(name: unknown, long: Json | undefined): unknown {
  return typeof name === "string" && long !== undefined && Object.hasOwn(long, name) ? long[name] : name;
}
