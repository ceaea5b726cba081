import jsonLogic from "json-logic-js";
import { type Facts, readFact } from "../evaluate/facts.js";
import type { LogicPredicate } from "./condition.js";

/**
 * Runs a checked JsonLogic condition over the facts it reads, and gives json-logic-js's truthiness of the result.
 * Only own values are visible: the data has no prototype, and `attributes.NAME` is a nested object as `var` expects.
 */
export function runJsonLogic({ rule, reads }: LogicPredicate, facts: Facts): boolean {
  const data: Record<string, unknown> = Object.create(null);
  for (const name of reads) {
    const value = readFact(facts, name);
    if (name.startsWith("attributes.")) {
      data["attributes"] ??= Object.create(null);
      (data["attributes"] as Record<string, unknown>)[name.slice("attributes.".length)] = value;
    } else {
      data[name] = value;
    }
  }
  return jsonLogic.truthy(jsonLogic.apply(rule as Parameters<typeof jsonLogic.apply>[0], data));
}
