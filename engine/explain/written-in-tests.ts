import { httpRequests } from "../analyze/request-assumptions.js";
import { builtInFacts } from "../conditions/fact-definitions.js";

/**
 * What to write in a test for facts that it leaves out though every request over HTTP has them, where it is plain what most requests
 * say: in a test they are unknown, which no request is.
 * @param absent names of facts. @returns the end of a sentence; empty when there is nothing to say.
 */
export function writtenInTests(absent: readonly string[] = []): string {
  const entries = absent
    .filter((name) => httpRequests.neverAbsent.has(name))
    .flatMap((name) => {
      if (name === "model") return ["model: auto"];
      return builtInFacts.some((fact) => fact.name === name && fact.type === "boolean") ? [`${name}: false`] : [];
    });
  if (entries.length === 0) return "";
  return `; over HTTP it never is, so write ${entries.map((entry) => `\`${entry}\``).join(" and ")} where you mean that`;
}
