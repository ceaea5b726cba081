import { builtInFacts, type FactDefinition } from "../../conditions/fact-definitions.js";
import { type Facts, readFact } from "../../evaluate/facts.js";
import { formatFactValue } from "../../explain/words/format-fact-value.js";
import type { PolicySet } from "../../policy/policy-set.js";
import { PLAIN_TIME } from "./time-atoms.js";

/** What a request has when nothing is said about it, but for the size of its prompt: not worth a word. */
export const plainFacts: Facts = {
  model: "auto",
  stream: false,
  uses_tools: false,
  uses_vision: false,
  uses_json_schema: false,
  time: PLAIN_TIME,
};

/** A request in words: `tags {code}, context_tokens 200,000`. What every plain request has is left out. */
export function writeRequest(facts: Facts, definitions: readonly FactDefinition[]): string {
  const parts = definitions.flatMap((definition) => {
    const value = readFact(facts, definition.name);
    const plain = "default" in definition ? definition.default : readFact(plainFacts, definition.name);
    if (value === undefined || JSON.stringify(value) === JSON.stringify(plain)) return [];
    return `${definition.name} ${formatFactValue(value, definition)}`;
  });
  return parts.length === 0 ? "a plain request" : parts.join(", ");
}

/** Every fact that the conditions of a set may read. */
export function definitionsOf({ attributes }: PolicySet): readonly FactDefinition[] {
  return [...builtInFacts, ...attributes];
}
