import { type CompiledPolicy, canonicalModelId, type Model } from "../../engine/index.js";
import type { ApiError } from "./api-error.js";

/**
 * The catalog as `GET /v1/models` lists it, in catalog order.
 * @param allowed what the API key may use, see `allowedModels`; undefined: everything.
 */
export function listModels({ set }: CompiledPolicy, allowed?: readonly string[]): object {
  return { object: "list", data: set.catalog.models.filter((model) => mayUse(model, allowed)).map(modelObject) };
}

/**
 * One model, as `GET /v1/models/{id}` shows it.
 * @param id `author/model`, or a bare name that one model alone has.
 */
export function findModelObject({ set }: CompiledPolicy, id: string, allowed?: readonly string[]): object | ApiError {
  const canonical = canonicalModelId(set.catalog, id);
  const model = set.catalog.models.find((one) => one.id === canonical);
  if (model !== undefined && mayUse(model, allowed)) return modelObject(model);
  return {
    status: 404,
    type: "not_found_error",
    code: "model_not_found",
    message: `the catalog has no model ${JSON.stringify(id.slice(0, 200))}; GET /v1/models lists those it has`,
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

/** `created` is not known of any model, and clients insist on a number. */
function modelObject({ id }: Model): object {
  return { id, object: "model", created: 0, owned_by: id.slice(0, id.indexOf("/")) };
}
