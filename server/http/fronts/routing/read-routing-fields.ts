import type { Endpoint, World } from "../../../../engine/serving.js";
import { isObject, textOf, wordOf } from "../../../json/json.js";
import type { RoutingFieldName } from "../../../providers/chat/routing-field-names.js";
import { firstOfModels, modelOf, readSuffix } from "./model-hints.js";
import { providerFields } from "./provider-fields.js";
import { firstAttemptOnly, isTexts, noFallbacks, type ReadField, unused } from "./read-field.js";
import { type RoutingContext, RoutingDraft } from "./routing-draft.js";
import { hasRoutingFields } from "./routing-fields-of.js";
import { listed, quoted, shown } from "./say-names.js";

/** What a request's own hints do to the plan: they leave out, and order the endpoints of one model; they never add. */
export interface RoutingHints {
  /** `model` without a suffix that is a hint; of a request without it the first of `models` that the catalog has. */
  readonly model: string | undefined;
  /** What is left out by which hint, see `World`; undefined: nothing. */
  readonly excludedBy: World["hint_excluded_by"];
  readonly order: readonly string[] | undefined;
  readonly noFallback: boolean;
  readonly warnings: readonly string[];
}

/** Fields of the body that clients of OpenRouter send, of LiteLLM (from `tags` on, and `fallbacks`), and of Vercel (the last). */
const bodyFields: Readonly<Record<RoutingFieldName, ReadField>> = {
  models(value, draft) {
    if (!isTexts(value)) return "a list of models";
    if (value.length === 0 || value.includes("auto")) return undefined; // whatever the policy chooses
    const { model } = draft.body;
    const names = [...(typeof model === "string" && model !== "auto" ? [model] : []), ...value];
    const named = names.map((name) => modelOf(name, draft));
    const kept = new Set(named);
    draft.keep(`models: ${shown(named)}`, (endpoint) => kept.has(endpoint.model));
    const first = names.length - value.length;
    const unknown = value.filter((_, at) => named[first + at] === undefined);
    if (unknown.length > 0) draft.warn(`models: the catalog has no ${quoted(unknown)}`);
    return undefined;
  },
  provider(value, draft) {
    if (!isObject(value)) return "an object";
    const names = Object.keys(value).filter((name) => value[name] !== null);
    const others = names.filter((name) => !Object.hasOwn(providerFields, name));
    unused(`provider.${listed(others)}`, others.length === 0, draft);
    for (const name of names) {
      const read = Object.hasOwn(providerFields, name) ? providerFields[name] : undefined;
      const form = read?.(value[name], draft);
      if (form !== undefined) draft.warn(`provider.${name}: it takes ${form}; it was not used`);
    }
    return undefined;
  },
  fallbacks: (value, draft) => noFallbacks("fallbacks", value, draft),
  route: (value, draft) => unused("route", value === "fallback", draft),
  transforms: (value, draft) => unused("transforms", Array.isArray(value) && value.length === 0, draft),
  plugins: (value, draft) => unused("plugins", Array.isArray(value) && value.length === 0, draft),
  preset: (_, draft) => unused("preset", false, draft),
  trace: (_, draft) => unused("trace", false, draft),
  /** See {@link asksCost}. */
  usage(value, draft) {
    if (!isObject(value) || typeof (value["include"] ?? false) !== "boolean") return "an object: { include: true }";
    const others = Object.keys(value).filter((name) => name !== "include");
    unused(`usage.${listed(others)}`, others.length === 0, draft);
    return undefined;
  },
  /** Facts: see `observeBody`, `observeTags`. */
  session_id: () => undefined,
  tags: () => undefined,
  disable_fallbacks: (value, draft) => firstAttemptOnly(value, true, draft),
  num_retries(_, draft) {
    draft.warn("num_retries: it was not used; how often a call is made again is what the policy says");
    return undefined;
  },
  timeout(_, draft) {
    draft.warn("timeout: it was not used; how long a call may take is what the policy says");
    return undefined;
  },
  guardrails: (value, draft) => unused("guardrails", Array.isArray(value) && value.length === 0, draft),
  context_window_fallbacks: (value, draft) => noFallbacks("context_window_fallbacks", value, draft),
  content_policy_fallbacks: (value, draft) => noFallbacks("content_policy_fallbacks", value, draft),
  /** `gateway: { models, order, … }` (https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/advanced, read 2026-11-27). */
  providerOptions: (value, draft) => noFallbacks("providerOptions", value, draft),
};

/** Of most requests. */
const NO_HINTS: Omit<RoutingHints, "model"> = {
  excludedBy: undefined,
  order: undefined,
  noFallback: false,
  warnings: [],
};

/** Reads the hints of other routers out of a request's body: the one table that says which are honoured. */
export function readRoutingFields(context: RoutingContext): RoutingHints {
  const { body, unseen } = context;
  // Of a chat completion too: a gateway of OpenAI's format may hand it on to Anthropic.
  const processedIn = unseen?.processedIn ?? textOf(body["inference_geo"]);
  if (processedIn === undefined && !hasRoutingFields(body) && !wordOf(body["model"] ?? "").includes(":")) {
    return { model: textOf(body["model"]), ...NO_HINTS };
  }
  const draft = new RoutingDraft(context);
  const model = readSuffix(draft) ?? firstOfModels(draft);
  if (processedIn !== undefined) keepRegion(processedIn, context, draft);
  for (const [name, read] of Object.entries(bodyFields)) {
    const value = body[name];
    if (value === undefined) continue;
    const form = value === null ? undefined : read(value, draft);
    if (form !== undefined) draft.warn(`${name}: it takes ${form}; it was not used`);
  }
  const { excludedBy, order, noFallback, warnings } = draft;
  return { model, excludedBy, order, noFallback, warnings };
}

function keepRegion(region: string, { serving, operation }: RoutingContext, draft: RoutingDraft): void {
  draft.keep(`inference_geo: ${shownRegion(region, draft.endpoints)}`, (endpoint) => {
    if (endpoint.region !== undefined) return endpoint.region.toLowerCase() === region.toLowerCase();
    return serving.sees(endpoint, operation);
  });
}

/** A region of the catalog; other words may be anything. */
function shownRegion(region: string, endpoints: readonly Endpoint[]): string {
  const known = endpoints.find((endpoint) => endpoint.region?.toLowerCase() === region.toLowerCase());
  return known?.region ?? "a region that the catalog does not have";
}
