import { builtInFacts } from "../../conditions/fact-definitions.js";
import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { DenyRule, PolicySet } from "../../policy/policy-set.js";
import { formatFactValue } from "./format-fact-value.js";

/**
 * The text a denied client reads: the rule's message with `{fact}` replaced by the fact's value (`{tags}` by
 * `a, b`, or `(none)`), and by `(unknown)` when the fact is absent. Braces around anything but a fact's name stay as they are.
 *
 * @param facts with defaults filled in.
 */
export function writeDenyMessage(rule: DenyRule, facts: Facts, set: PolicySet): string {
  const definitions = [...builtInFacts, ...set.attributes];
  return rule.message.replace(/\{([^{}]+)\}/g, (written, name: string) => {
    const definition = definitions.find((fact) => fact.name === name);
    if (definition === undefined) return written;
    const value = readFact(facts, name);
    return value === undefined ? "(unknown)" : writeValue(value, () => formatFactValue(value, definition));
  });
}

/** Text as it is, without quotes or braces: it stands in a sentence. */
function writeValue(value: FactValue, format: () => string): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object") return format();
  return value.length === 0 ? "(none)" : value.join(", ");
}
