import { absentFacts } from "../conditions/fact-definitions.js";
import type { Facts, FactValue } from "../evaluate/facts.js";
import type { PolicySet } from "../policy/policy-set.js";
import { factValues } from "./fact-values.js";

/** A fact that a policy reads is there in so many of the requests. */
const PRESENT = 0.6;

/** So many requests in a row share a time, as requests do that arrive within a minute. */
const REQUESTS_PER_TIME = 256;

/**
 * Requests at the edges of a policy: each fact it reads is absent, or one of the values its conditions turn on, or one
 * that none of them names. All are of one shape, as those of a server are. The same seed gives the same requests.
 *
 * @param random in [0, 1).
 */
export function sampleRequests(set: PolicySet, count: number, random: () => number): readonly Facts[] {
  const values = [...factValues(set)];
  const absent = absentFacts(set.attributes);
  let time: FactValue | undefined;
  return Array.from({ length: count }, (_, index): Facts => {
    const facts: Record<string, FactValue | undefined> = {
      ...absent,
      ...{ model: "auto", context_tokens: Math.floor(random() ** 3 * 200_000), stream: random() < 0.5 },
      ...{ uses_tools: false, uses_vision: false, uses_json_schema: false },
    };
    for (const [name, known] of values) {
      if (random() < PRESENT) facts[name] = known[Math.floor(random() * known.length)];
    }
    if (index % REQUESTS_PER_TIME === 0) time = facts["time"];
    facts["time"] = time;
    return facts as Facts;
  });
}
