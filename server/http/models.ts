import { type CompiledPolicy, canonicalModelId, type Model, type Price } from "../../engine/serving.js";
import type { ApiError } from "./errors/api-error.js";
import { openNames } from "./observe/named-in-routes.js";

/**
 * The catalog as `GET /v1/models` lists it, in catalog order, and then the names that leave the choice to the policy: `auto`,
 * and those that route rules ask for. Programs that let people choose a model know no others.
 * @param allowed what the API key may use, see `allowedModels`; undefined: everything.
 */
export function listModels({ set }: CompiledPolicy, allowed: readonly string[] | undefined): object {
  const models = set.catalog.models.filter((model) => mayUse(model, allowed));
  const names = ["auto", ...openNames(set)].map((name) => nameObject(name, models));
  const data = [...models.map(modelObject), ...names];
  return { object: "list", data, has_more: false, total_count: data.length, links: { next: null } };
}

/**
 * One model, as `GET /v1/models/{id}` shows it.
 * @param id `author/model`, a bare name that one model alone has, or a name that leaves the choice to the policy.
 */
export function findModelObject(
  { set }: CompiledPolicy,
  id: string,
  allowed: readonly string[] | undefined,
): object | ApiError {
  const models = set.catalog.models.filter((model) => mayUse(model, allowed));
  const canonical = canonicalModelId(set.catalog, id);
  const model = models.find((one) => one.id === canonical);
  if (model !== undefined) return modelObject(model);
  if (id === "auto" || openNames(set).has(id)) return nameObject(id, models);
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

function modelObject({ id, contextWindow, maxOutputTokens, capabilities, price, endpoints }: Model): object {
  return listed({
    id,
    owner: id.slice(0, id.indexOf("/")),
    contextWindow,
    maxOutputTokens,
    capabilities,
    pricing: price === undefined ? UNKNOWN_PRICE : pricing(price),
    providers: endpoints.map(({ provider }) => provider),
  });
}

/** A name behind which any of these models may be. What only the model says is not known; OpenRouter lists its routers so. */
function nameObject(name: string, models: readonly Model[]): object {
  const answering = models.filter(({ capabilities }) => !capabilities.includes("embeddings"));
  return listed({
    id: name,
    owner: "routewright",
    contextWindow: null,
    maxOutputTokens: undefined,
    capabilities: [...new Set(answering.flatMap(({ capabilities }) => capabilities))],
    pricing: UNKNOWN_PRICE,
    providers: answering.flatMap(({ endpoints }) => endpoints.map(({ provider }) => provider)),
  });
}

interface Listed {
  readonly id: string;
  readonly owner: string;
  /** Null: it depends. */
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | undefined;
  readonly capabilities: readonly string[];
  readonly pricing: object;
  readonly providers: readonly string[];
}

/**
 * OpenAI's fields, those of Anthropic's (`type`, `display_name`, `created_at`), and those of OpenRouter's that tell models apart
 * (https://openrouter.ai/docs/guides/overview/models, read 2026-11-25) or that its SDK insists on (`@openrouter/sdk` 1.3.19). When a
 * model was made is not known of any, and clients insist on a number or a date.
 */
function listed({ id, owner, contextWindow, maxOutputTokens, capabilities, pricing, providers }: Listed): object {
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
    owned_by: owner,
    name: id,
    canonical_slug: id,
    links: { details: `/v1/models/${id}` },
    context_length: contextWindow,
    architecture: {
      modality: `${input.join("+")}->${output.join("+")}`,
      input_modalities: input,
      output_modalities: output,
    },
    pricing,
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
    providers: [...new Set(providers)],
  };
}

/** As OpenRouter says it of what has no price of its own. Its SDK refuses a whole list for one model without prices. */
const UNKNOWN_PRICE = { prompt: "-1", completion: "-1" };

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
