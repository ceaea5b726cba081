import type { PolicySet } from "../../policy/policy-set.js";

/** Who can change a fact of a request: the client by hints and by what it sends, or whoever runs the server and its keys. */
export type FactControl = "client" | "operator";

const operatorFacts: ReadonlySet<string> = new Set(["key_tags", "tenant", "key", "spend_ratio", "time"]);

/** docs/facts.md says where each fact is from. The clock is nobody's; it is counted with what a client cannot set. */
export function controlOf({ attributes }: PolicySet, fact: string): FactControl {
  const attribute = attributes.find(({ name }) => name === fact);
  if (attribute !== undefined) return "key" in attribute.from ? "operator" : "client";
  return operatorFacts.has(fact) ? "operator" : "client";
}

const claims: ReadonlySet<string> = new Set(["tags", "key_tags", "region", "tenant", "app", "user", "key"]);

/** Whether a fact says what a request is about, or whom it is from; others say what is asked for, or what the server sees. */
export function isClaim(fact: string): boolean {
  return claims.has(fact) || fact.startsWith("attributes.");
}
