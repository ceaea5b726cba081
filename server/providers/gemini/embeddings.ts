import type { Endpoint } from "../../../engine/serving.js";
import { countOf, isObject, type Json, objectsOf } from "../../json/json.js";
import type { EmbeddingsTranslator, TranslatedRequest } from "../chat/translator.js";
import { textsOf, writeEmbeddings } from "../openai-embeddings.js";

/** What is said in Gemini's format, or is for this server; all else is left out. */
const said: ReadonlySet<string> = new Set([
  ...["model", "input", "dimensions", "encoding_format", "metadata", "messages"],
  ...["models", "provider", "route", "transforms", "plugins", "usage", "tags", "session_id"],
]);

/**
 * "at most 100 requests can be in one batch" (a true answer: https://github.com/vercel/ai,
 * packages/google/src/__fixtures__/issue-16101-google-batch-embed-150-error.json, read 2026-11-27).
 */
const MAX_TEXTS = 100;

/** `batchEmbedContents` (https://ai.google.dev/api/embeddings, read 2026-11-25). */
export const geminiEmbeddings: EmbeddingsTranslator = {
  unable(body) {
    const texts = textsOf(body);
    if (texts === undefined) return "holds tokens in place of texts, which Gemini's format has no way to say";
    return texts.length > MAX_TEXTS ? `holds more than the ${MAX_TEXTS} texts that Gemini takes at once` : undefined;
  },
  request,
  answer(answer, body, { upstreamModel }) {
    const given = objectsOf(answer["embeddings"]).map(({ values }) => values);
    // A vector that is missing would make the others those of other texts: without data the answer is none.
    const vectors = given.length === textsOf(body)?.length && given.every(isVector) ? given : [];
    const { usageMetadata: usage } = answer;
    const promptTokens = isObject(usage) ? countOf(usage["promptTokenCount"]) : undefined;
    return writeEmbeddings(vectors, body, upstreamModel, promptTokens);
  },
};

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "number");
}

function request(body: Json, { upstreamModel }: Endpoint): TranslatedRequest {
  const model = upstreamModel.includes("/") ? upstreamModel : `models/${upstreamModel}`;
  const { dimensions } = body;
  const ignored = Object.keys(body).filter((name) => !said.has(name) && body[name] !== null);
  return {
    path: `/${model}:batchEmbedContents`,
    body: {
      requests: (textsOf(body) ?? []).map((text) => ({
        model,
        content: { parts: [{ text }] },
        ...(dimensions === undefined || dimensions === null ? {} : { outputDimensionality: dimensions }),
      })),
    },
    warnings: ignored.length === 0 ? [] : [`${ignored.join(", ")}: left out, its format has no way to say it`],
  };
}
