import { httpRequests } from "../analyze/space/request-assumptions.js";
import { builtInFacts } from "../conditions/fact-definitions.js";

/**
 * What to write in a test for facts that it leaves out though every request over HTTP has them, where it is plain what most requests
 * say: in a test they are unknown, which no request is.
 * @param absent names of facts. @returns the end of a sentence; empty when there is nothing to say.
 */
export function writtenInTests(absent: readonly string[] = []): string {
  const known = absent.filter((name) => httpRequests.neverAbsent.has(name) && usualValue(name) !== undefined);
  if (known.length === 0) return "";
  const subject =
    absent.length === 1 ? "it never is" : `${known.join(" and ")} never ${known.length === 1 ? "is" : "are"}`;
  const entries = known.map((name) => `\`${name}: ${usualValue(name)}\``);
  return `; over HTTP ${subject}, so write ${entries.join(" and ")} where you mean that`;
}

/** What most requests say. */
function usualValue(name: string): string | undefined {
  if (name === "model") return "auto";
  return builtInFacts.some((fact) => fact.name === name && fact.type === "boolean") ? "false" : undefined;
}
