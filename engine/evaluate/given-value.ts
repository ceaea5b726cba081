import { type Facts, type FactValue, readFact } from "./facts.js";

/**
 * As `readFact`; written out, since a property named in the code is read several times faster than one named by data.
 * @param source `sourceOf(name)`.
 */
export function givenValue(facts: Facts, source: number, name: string): FactValue | undefined {
  switch (source) {
    case 0:
      return facts.tags;
    case 1:
      return facts.key_tags;
    case 2:
      return facts.model;
    case 3:
      return facts.context_tokens;
    case 4:
      return facts.max_output_tokens;
    case 5:
      return facts.budget_usd;
    case 6:
      return facts.max_latency_ms;
    case 7:
      return facts.priority;
    case 8:
      return facts.session;
    case 9:
      return facts.region;
    case 10:
      return facts.tenant;
    case 11:
      return facts.app;
    case 12:
      return facts.user;
    case 13:
      return facts.key;
    case 14:
      return facts.stream;
    case 15:
      return facts.uses_tools;
    case 16:
      return facts.uses_vision;
    case 17:
      return facts.uses_json_schema;
    case 18:
      return facts.spend_ratio;
    case 19:
      return facts.time;
    default:
      return readFact(facts, name);
  }
}

/** The facts whose values stand at the places of their sources; always of one shape, which is read fastest. */
export function factsOfSources(values: readonly (FactValue | undefined)[]): Facts {
  return {
    tags: values[0],
    key_tags: values[1],
    model: values[2],
    context_tokens: values[3],
    max_output_tokens: values[4],
    budget_usd: values[5],
    max_latency_ms: values[6],
    priority: values[7],
    session: values[8],
    region: values[9],
    tenant: values[10],
    app: values[11],
    user: values[12],
    key: values[13],
    stream: values[14],
    uses_tools: values[15],
    uses_vision: values[16],
    uses_json_schema: values[17],
    spend_ratio: values[18],
    time: values[19],
  } as Facts;
}
