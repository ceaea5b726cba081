import { countOf, isObject, type Json, objectsOf } from "../../json/json.js";

/**
 * The `usage` of an answer or chunk. Where a stream was not asked for it, Kimi has it in its last choice (`choices[0].usage`, as in a true
 * stream: https://github.com/vercel/ai, packages/moonshotai/src/__fixtures__/moonshotai-usage-live.chunks.txt), Groq in `x_groq`
 * (`ChatCompletionChunk.XGroq` of the `groq-sdk` package); read 2026-11-27.
 */
export function usageIn({ usage, choices, x_groq: groq }: Json): unknown {
  if (isObject(usage)) return usage;
  const own = objectsOf(choices).find((choice) => isObject(choice["usage"]))?.["usage"];
  return own ?? (isObject(groq) ? groq["usage"] : undefined);
}

/**
 * Input tokens read from a cache: OpenAI's detail, or what Kimi (`cached_tokens`) and DeepSeek (`prompt_cache_hit_tokens`) write beside the
 * totals (https://api-docs.deepseek.com/guides/kv_cache, read 2026-11-27).
 */
export function cachedTokensOf(usage: Json): number | undefined {
  const details = usage["prompt_tokens_details"];
  return (
    (isObject(details) ? countOf(details["cached_tokens"]) : undefined) ??
    countOf(usage["cached_tokens"]) ??
    countOf(usage["prompt_cache_hit_tokens"])
  );
}
