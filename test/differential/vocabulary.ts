import { builtInFacts, type FactDefinition } from "../../engine/conditions/fact-definitions.js";
import type { AttributeDefinition } from "../../engine/policy/policy-set.js";
import type { Random } from "./random.js";

export const span = { file: "generated", start: 0, end: 0 } as const;

/** Values that conditions name. Requests draw from them too, and from values that no condition names. */
export const strings: Readonly<Record<string, readonly string[]>> = {
  model: ["openai/gpt-4.1", "openai/gpt-4.1-mini", "openai/gpt-5", "google/gemini-2.5-pro", "auto", "a", "ab", "aba"],
  priority: ["interactive", "batch"],
  session: ["s1", "s2"],
  region: ["eu", "us", "asia", "eu-west"],
  tenant: ["search", "sales", "legal", "labs", "ops", "support"],
  app: ["chat", "crm", "editor"],
  user: ["u1", "u2", "u3"],
  key: ["k1", "k2"],
  "attributes.plan": ["free", "pro", "enterprise"],
  "attributes.note": ["", "x", "xx", "constructor", "__proto__"],
};
export const tags = [
  "code",
  "sql",
  "review",
  "pii",
  "medical",
  "draft",
  "vision",
  "research",
  "constructor",
  "toString",
];
export const globs = ["*", "openai/*", "*-mini", "openai/*-mini", "a*a", "*b*", "*4*", "eu*", "s*s", "**", "x*"];
export const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Lord_Howe"];
/** Thresholds of a number fact, in compared form. */
export const thresholds: Readonly<Record<string, readonly number[]>> = {
  context_tokens: [0, 1, 1_000, 32_000, 128_000, 200_000, 200_001, 1_000_000],
  max_output_tokens: [16, 256, 1_024, 8_192],
  budget_usd: [0, 1, 10_000_000, 50_000_000, 1_000_000_000],
  max_latency_ms: [100, 800, 1_500],
  spend_ratio: [0, 0.25, 0.5, 0.9, 1],
  "attributes.risk": [-1, 0, 0.5, 1, 2, 10],
};

const attributeTypes: readonly (readonly [
  string,
  FactDefinition["type"],
  readonly (string | number | boolean | string[])[],
])[] = [
  ["attributes.plan", "string", ["free", "pro"]],
  ["attributes.note", "string", ["", "x", "none"]],
  ["attributes.risk", "number", [0, 0.5, 7]],
  ["attributes.beta", "boolean", [true, false]],
  ["attributes.groups", "set", [["code"], ["pii", "other"]]],
];

/** Declares every custom fact, each with or without a default. */
export function generateAttributes(random: Random): AttributeDefinition[] {
  return attributeTypes.map(([name, type, defaults]) => ({
    name,
    type,
    description: "generated",
    from: { key: true as const },
    span,
    ...(random.chance(0.4) ? { default: random.pick(defaults) } : {}),
  }));
}

export const factDefinitions: readonly FactDefinition[] = [
  ...builtInFacts,
  ...attributeTypes.map(([name, type]) => ({ name, type, description: "generated" })),
];
