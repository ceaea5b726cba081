import { type CompiledPolicy, canonicalModelId, type Model, type Price } from "../../engine/serving.js";
import type { ApiError } from "./errors/api-error.js";

/**
 * The catalog as `GET /v1/models` lists it, in catalog order.
 * @param allowed what the API key may use, see `allowedModels`; undefined: everything.
 */
export function listModels({ set }: CompiledPolicy, allowed?: readonly string[]): object {
  const data = set.catalog.models.filter((model) => mayUse(model, allowed)).map(modelObject);
  return { object: "list", data, has_more: false, total_count: data.length, links: { next: null } };
}

/**
 * One model, as `GET /v1/models/{id}` shows it.
 * @param id `author/model`, or a bare name that one model alone has.
 */
export function findModelObject({ set }: CompiledPolicy, id: string, allowed?: readonly string[]): object | ApiError {
  const canonical = canonicalModelId(set.catalog, id);
  const model = set.catalog.models.find((one) => one.id === canonical);
  if (model !== undefined && mayUse(model, allowed)) return modelObject(model);
  const help = id.endsWith("/endpoints")
    ? "GET /v1/models/{id} names a model's providers, and there is no list of its endpoints"
    : "GET /v1/models lists those it has";
  return {
    status: 404,
    type: "not_found_error",
    code: "model_not_found",
    message: `the catalog has no model ${JSON.stringify(id.slice(0, 200))}; ${help}`,
    param: "model",
  };
}

function mayUse({ id, endpoints }: Model, allowed: readonly string[] | undefined): boolean {
  return (
    allowed === undefined ||
    allowed.includes(id) ||
    endpoints.some((endpoint) => allowed.includes(endpoint.id) || allowed.includes(endpoint.provider))
  );
}

/**
 * OpenAI's fields, those of Anthropic's (`type`, `display_name`, `created_at`), and those of OpenRouter's that tell models apart
 * (https://openrouter.ai/docs/guides/overview/models, read 2026-11-25) or that its SDK insists on (`@openrouter/sdk` 1.3.19). When a
 * model was made is not known of any, and clients insist on a number or a date.
 */
function modelObject(model: Model) {
  const { id, contextWindow, maxOutputTokens, capabilities, price, endpoints } = model;
  const has = (capability: string) => capabilities.includes(capability);
  const input = ["text", ...(has("vision") ? ["image"] : []), ...(has("audio") ? ["audio"] : [])];
  const output = [has("embeddings") ? "embeddings" : "text"];
  return {
    id,
    object: "model",
    created: 0,
    type: "model",
    display_name: id,
    created_at: "1970-01-01T00:00:00Z",
    owned_by: id.slice(0, id.indexOf("/")),
    name: id,
    canonical_slug: id,
    links: { details: `/v1/models/${id}` },
    context_length: contextWindow,
    architecture: {
      modality: `${input.join("+")}->${output.join("+")}`,
      input_modalities: input,
      output_modalities: output,
    },
    // Without a price nothing is said of it: unknown is not free.
    ...(price === undefined ? {} : { pricing: pricing(price) }),
    top_provider: {
      context_length: contextWindow,
      max_completion_tokens: maxOutputTokens ?? null,
      is_moderated: false,
    },
    default_parameters: null,
    per_request_limits: null,
    supported_voices: null,
    supported_parameters: supportedParameters(has),
    capabilities,
    providers: [...new Set(endpoints.map(({ provider }) => provider))],
  };
}

/** USD per token, as texts: numbers would be rounded. */
function pricing({ input, output, cachedInput, cacheWrite }: Price): object {
  return {
    prompt: usdPerToken(input),
    completion: usdPerToken(output),
    ...(cachedInput === undefined ? {} : { input_cache_read: usdPerToken(cachedInput) }),
    ...(cacheWrite === undefined ? {} : { input_cache_write: usdPerToken(cacheWrite) }),
  };
}

/** @param pico pico-dollars: 3,000,000 is 0.000003. */
function usdPerToken(pico: number): string {
  const digits = String(pico).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, "");
}

/** What every provider of such a model takes; docs/providers.md says what each format makes of the others. */
function supportedParameters(has: (capability: string) => boolean): readonly string[] {
  if (has("embeddings")) return ["dimensions", "encoding_format"];
  return [
    ...["max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "stream"],
    ...(has("tools") ? ["tools", "tool_choice"] : []),
    ...(has("json_schema") ? ["response_format", "structured_outputs"] : []),
    ...(has("reasoning") ? ["reasoning_effort", "reasoning"] : []),
  ];
}
