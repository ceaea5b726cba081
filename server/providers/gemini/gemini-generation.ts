/**
 * What a model knows of thinking. Gemini 3 and later take a level and cannot stop thinking; 2.5 takes a budget; what is
 * older does not think (https://ai.google.dev/gemini-api/docs/thinking and …/gemini-3, read 2026-11-25).
 */
export interface GeminiGeneration {
  readonly thinking: "level" | "budget" | "none";
  /** Level MINIMAL: refused by Pro models, and from 3.7 on. */
  readonly takesMinimal: boolean;
  /** A budget of 0: refused by Pro models. */
  readonly canStopThinking: boolean;
  /** A JSON schema and tools in one request: refused before Gemini 3. */
  readonly takesSchemaWithTools: boolean;
  /** Calls handed back without their `thoughtSignature` are refused from Gemini 3 on. */
  readonly needsSignatures: boolean;
}

/** @param model the provider's own name: `gemini-3.8-flash`, `models/gemini-2.5-pro`. A name without a version is new. */
export function geminiGeneration(model: string): GeminiGeneration {
  const version = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  const isGemini = model.includes("gemini");
  const isPro = /-pro\b/.test(model);
  const number = version === undefined ? (isGemini ? Number.POSITIVE_INFINITY : 0) : Number(version);
  return {
    thinking: number >= 3 ? "level" : number >= 2.5 ? "budget" : "none",
    takesMinimal: number < 3.7 && !isPro,
    canStopThinking: !isPro,
    takesSchemaWithTools: number >= 3,
    needsSignatures: number >= 3,
  };
}
