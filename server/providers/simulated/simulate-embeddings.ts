import { createHash } from "node:crypto";
import { estimateTokens } from "../../../engine/serving.js";
import type { Json } from "../../json/json.js";
import { writeEmbeddings } from "../openai-embeddings.js";
import type { UpstreamCall } from "../provider-adapter.js";

const DIMENSIONS = 256;
const MAX_DIMENSIONS = 4_096;

/** Vectors of length 1 that mean nothing: the same input gets the same one, another input another. */
export function simulateEmbeddings({ asked, endpoint }: UpstreamCall): Json {
  const { input, dimensions } = asked.chat.body;
  const inputs = (Array.isArray(input) && typeof input[0] !== "number" ? input : [input]) as readonly unknown[];
  const wanted = Number.isSafeInteger(dimensions)
    ? Math.min(Math.max(1, dimensions as number), MAX_DIMENSIONS)
    : DIMENSIONS;
  return writeEmbeddings(
    inputs.map((one) => vectorOf(JSON.stringify(one), wanted)),
    asked.chat.body,
    endpoint.upstreamModel,
    inputs.reduce<number>((sum, one) => sum + tokensOf(one), 0),
  );
}

function tokensOf(input: unknown): number {
  return Array.isArray(input) ? input.length : estimateTokens([String(input)]);
}

function vectorOf(text: string, dimensions: number): readonly number[] {
  const values: number[] = [];
  for (let block = 0; values.length < dimensions; block++) {
    const digest = createHash("sha256").update(`${block}:${text}`).digest();
    for (let at = 0; at < digest.length && values.length < dimensions; at += 4) {
      values.push(digest.readInt32LE(at) / 2 ** 31);
    }
  }
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
