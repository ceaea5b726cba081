/** The type of a fact decides which conditions may test it (docs/policy-language.md, "Conditions"). */
export type FactType = "string" | "number" | "boolean" | "set" | "time";
/** What a number counts; decides how thresholds are written and compared (`usd` compares in whole nano-dollars). */
export type FactUnit = "tokens" | "usd" | "ms" | "ratio";

export interface FactDefinition {
  readonly name: string;
  readonly type: FactType;
  readonly unit?: FactUnit;
  /** The closed list of values, when there is one. */
  readonly values?: readonly string[];
  readonly description: string;
}

/** Every built-in fact, in the order in which explanations list them. Custom facts are `attributes.NAME`. */
export const builtInFacts: readonly FactDefinition[] = [
  {
    name: "tags",
    type: "set",
    description: "What the request is about: the key's tags, `x-route-tags` and the body's `metadata.tags`.",
  },
  { name: "key_tags", type: "set", description: "The API key's own tags: what a client cannot claim." },
  { name: "model", type: "string", description: "The model the client named; `auto` when it named none." },
  { name: "context_tokens", type: "number", unit: "tokens", description: "Tokens of the prompt." },
  { name: "max_output_tokens", type: "number", unit: "tokens", description: "The most tokens the answer may have." },
  { name: "budget_usd", type: "number", unit: "usd", description: "What this request may cost, in USD." },
  {
    name: "max_latency_ms",
    type: "number",
    unit: "ms",
    description: "How long the first token may take, in milliseconds.",
  },
  {
    name: "priority",
    type: "string",
    values: ["interactive", "batch"],
    description: "Whether somebody waits for the answer.",
  },
  { name: "session", type: "string", description: "The conversation this request belongs to." },
  { name: "region", type: "string", description: "Where the client says, or its key says, that it is." },
  { name: "tenant", type: "string", description: "The tenant of the API key." },
  { name: "app", type: "string", description: "The application of the API key." },
  { name: "user", type: "string", description: "The end user." },
  { name: "key", type: "string", description: "The id of the API key." },
  { name: "stream", type: "boolean", description: "Whether the answer is streamed." },
  { name: "uses_tools", type: "boolean", description: "Whether the request offers tools." },
  { name: "uses_vision", type: "boolean", description: "Whether a message holds an image." },
  { name: "uses_json_schema", type: "boolean", description: "Whether the answer must follow a JSON schema." },
  {
    name: "spend_ratio",
    type: "number",
    unit: "ratio",
    description: "Share of the key's budget that is spent: 0 nothing, 1 all.",
  },
  { name: "time", type: "time", description: "When the request arrived." },
];

/** The names of the built-in facts. The place of a name is its source: so values are read, written out (`given-value.ts`). */
export const builtInSources: readonly string[] = builtInFacts.map(({ name }) => name);

/** The source of a fact by its name; −1 for custom facts. */
export function sourceOf(name: string): number {
  return builtInSources.indexOf(name);
}

/**
 * All facts of a policy, absent. What begins as a copy of it is of one shape: objects of many shapes cost a decision some 60 ns more
 * for each fact it reads.
 * @param attributes the policy's custom facts.
 */
export function absentFacts(attributes: readonly Pick<FactDefinition, "name">[]): Readonly<Record<string, undefined>> {
  return Object.fromEntries([...builtInFacts, ...attributes].map(({ name }) => [name, undefined]));
}
