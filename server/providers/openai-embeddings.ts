import { isObject, type Json } from "../json/json.js";
import type { PassThrough } from "./pass-through.js";

/**
 * An answer as OpenAI gives it: vectors as lists of numbers, or as 32-bit floats in base64 (little-endian) for
 * `encoding_format: base64`, which OpenAI's own clients ask for.
 */
export function writeEmbeddings(
  vectors: readonly (readonly number[])[],
  { encoding_format: format }: Json,
  model: string,
  promptTokens: number | undefined,
): Json {
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: format === "base64" ? toBase64(vector) : vector,
    })),
    model,
    ...(promptTokens === undefined ? {} : { usage: { prompt_tokens: promptTokens, total_tokens: promptTokens } }),
  };
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, at) => {
    bytes.writeFloatLE(value, at * 4);
  });
  return bytes.toString("base64");
}

/** The texts of a request; undefined when it holds tokens. */
export function textsOf({ input }: Json): readonly string[] | undefined {
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input];
  return inputs.every((one) => typeof one === "string") ? inputs : undefined;
}

/** Embeddings come whole, and have no output tokens (https://platform.openai.com/docs/api-reference/embeddings, read 2026-11-25). */
export const embeddingsPassThrough: PassThrough = {
  decides: /./,
  stream: () => ({ push: () => [], end: () => [] }),
  whole: (answer: Json): Json => ({
    ...answer,
    choices: Array.isArray(answer["data"]) ? answer["data"] : [],
    usage: isObject(answer["usage"]) ? { completion_tokens: 0, ...answer["usage"] } : undefined,
  }),
};
