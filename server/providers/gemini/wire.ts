import type { Json } from "../../json/json.js";

// generateContent (https://ai.google.dev/api/generate-content, and the types of the `@google/genai` package 2.32.0, read
// 2026-11-25), as far as this server writes it. What is read is checked field by field: any of it may be missing.

export interface GenerateContentRequest {
  readonly contents: readonly Content[];
  readonly systemInstruction?: { readonly parts: readonly Part[] };
  readonly tools?: readonly [{ readonly functionDeclarations: readonly FunctionDeclaration[] }];
  readonly toolConfig?: { readonly functionCallingConfig: FunctionCallingConfig };
  readonly generationConfig?: GenerationConfig;
  readonly cachedContent?: string;
  readonly safetySettings?: readonly Json[];
}

export interface Content {
  readonly role: "user" | "model";
  readonly parts: readonly Part[];
}

export type Part = (
  | { readonly text: string }
  | { readonly inlineData: { readonly mimeType: string; readonly data: string } }
  | { readonly fileData: { readonly fileUri: string; readonly mimeType?: string } }
  | { readonly functionCall: { readonly id?: string; readonly name: string; readonly args: Json } }
  | { readonly functionResponse: { readonly id?: string; readonly name: string; readonly response: Json } }
) & { readonly thoughtSignature?: string };

export interface FunctionDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: Json;
}
export interface FunctionCallingConfig {
  readonly mode: "AUTO" | "ANY" | "NONE";
  /** With mode ANY only. */
  readonly allowedFunctionNames?: readonly string[];
}

export interface GenerationConfig {
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
  readonly candidateCount?: number;
  readonly responseLogprobs?: true;
  readonly logprobs?: number;
  readonly responseMimeType?: "application/json";
  readonly responseJsonSchema?: Json;
  readonly thinkingConfig?: ThinkingConfig | Json;
}
export interface ThinkingConfig {
  readonly includeThoughts?: true;
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: "MINIMAL" | "LOW" | "MEDIUM" | "HIGH";
}
