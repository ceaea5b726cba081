import { type Json, objectsOf, parseJsonObject, textOf, wordOf } from "../../json/json.js";
import type { Reasoner } from "./front.js";
import { PREFIX } from "./reasoning-state.js";

/**
 * `reasoning_details` of an OpenAI-compatible server (OpenRouter: https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks,
 * read 2026-11-27). It wants them back as they came. To anybody else they are a stranger's signatures and ciphers: Anthropic refuses a
 * request that holds one. So they travel as one detail, which says whose they are.
 */
export function sealDetails(details: readonly Json[], reasoner: Reasoner): readonly Json[] {
  if (details.length === 0) return [];
  return [{ type: "reasoning.encrypted", data: JSON.stringify({ details }), format: originOf(reasoner) }];
}

/** @returns the details of a server, for that server and model; undefined when they are another's, or none. */
export function openDetails({ format, data }: Json, server: Reasoner): readonly Json[] | undefined {
  return format === originOf(server) ? objectsOf(parseJsonObject(textOf(data) ?? "")?.["details"]) : undefined;
}

function originOf({ provider, model }: Reasoner): string {
  return `${PREFIX}reasoning_details@${provider} ${model}`;
}

/** What people may read of details. */
export function textInDetails(details: readonly Json[]): string {
  return details.map(({ text, summary }) => textOf(text) ?? textOf(summary) ?? "").join("");
}

/**
 * The details that the pieces of a stream say: a signature is one of the whole text, so pieces of a text are put together
 * (https://github.com/can1357/oh-my-pi/issues/3399, read 2026-11-27).
 */
export function joinDetails(pieces: readonly Json[]): readonly Json[] {
  const joined: Json[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const goesOn = last !== undefined && last["type"] === piece["type"] && last["index"] === piece["index"];
    const field = fields[wordOf(piece["type"])];
    if (!goesOn || field === undefined) {
      joined.push(piece);
      continue;
    }
    const said = Object.fromEntries(Object.entries(piece).filter(([, value]) => value !== null));
    const text = (textOf(last[field]) ?? "") + (textOf(piece[field]) ?? "");
    joined[joined.length - 1] = { ...last, ...said, [field]: text };
  }
  return joined;
}

/** What comes in pieces, by the type of the detail. */
const fields: Readonly<Record<string, string>> = { "reasoning.text": "text", "reasoning.summary": "summary" };
