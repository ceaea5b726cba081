import { type CompiledPolicy, canonicalModelId, MAX_TOKENS } from "../../../engine/serving.js";
import { isObject } from "../../json/json.js";
import { isText, LateText, listEntry, unreadEntry, wholeText } from "../../json/late-text.js";
import { mediaTypeOfLink } from "../../providers/chat/media-type.js";
import { readText } from "./hints.js";
import { whyUnknownModel } from "./named-in-routes.js";
import type { Observation } from "./observation.js";

/** Where a field of the body came from: `body max_tokens`, `default`. */
type SourceOf = (field: string) => string;

/** Reads what the body of a chat completion says, but for the size of its prompt. */
export function observeBody(
  body: Readonly<Record<string, unknown>>,
  policy: CompiledPolicy,
  observation: Observation,
  sourceOf: SourceOf,
): void {
  const { model } = body;
  if (typeof model === "string") {
    const canonical = canonicalModelId(policy.set.catalog, model);
    const unknown = canonical === undefined ? whyUnknownModel(policy.set, model) : undefined;
    if (unknown !== undefined) {
      observation.warnings.push(`model: ${unknown}; what the policy chose stands for it`);
    }
    const source = sourceOf("model");
    observation.observe(
      "model",
      canonical ?? model,
      canonical === undefined || canonical === model ? source : `${source} \`${model}\``,
    );
  } else {
    observation.observe("model", "auto", "default");
  }
  observeOutputLimit(body, observation, sourceOf);
  const { session_id: given = null } = body;
  const session = typeof given === "string" ? readText(given) : undefined;
  if (session !== undefined) observation.observe("session", session, sourceOf("session_id"));
  else if (given !== null) {
    observation.warnings.push("session_id: it takes a text of 1 to 256 characters; it was not used");
  }
  const user = typeof body["user"] === "string" ? readText(body["user"]) : undefined;
  if (body["user"] !== undefined && body["user"] !== null && user === undefined) {
    observation.warnings.push("user: it takes a text of 1 to 256 characters; it was not used for routing");
  }
  if (user !== undefined) {
    observation.observe("user", user, sourceOf("user"));
    observation.observe("session", user, sourceOf("user"));
  }
  observation.observe("stream", body["stream"] === true, "body stream");
  const usesTools = isFilled(body["tools"]);
  const usesFunctions = isFilled(body["functions"]);
  const searches = isObject(body["web_search_options"]); // a tool that the provider runs, in every answer
  observation.observe(
    "uses_tools",
    usesTools || usesFunctions || searches,
    `body ${usesTools ? "tools" : usesFunctions ? "functions" : searches ? "web_search_options" : "tools"}`,
  );
  observation.observe("uses_vision", usesVision(body["messages"]), sourceOf("messages"));
  const format = body["response_format"] as { readonly type?: unknown } | null | undefined;
  observation.observe("uses_json_schema", format?.type === "json_schema", sourceOf("response_format"));
}

const outputLimits = ["max_completion_tokens", "max_tokens"] as const;

/** The larger of the two: providers differ in which one they go by. Some take 0 for no limit, so it is none (`outputLimitOf`). */
function observeOutputLimit(
  body: Readonly<Record<string, unknown>>,
  observation: Observation,
  sourceOf: SourceOf,
): void {
  let largest: { readonly limit: number; readonly name: string } | undefined;
  for (const name of outputLimits) {
    const limit = body[name];
    if (limit === undefined || limit === null) continue;
    if (!isTokenLimit(limit)) observation.refuse(`${name}: it takes a whole number of tokens`);
    else if (limit > (largest?.limit ?? 0)) largest = { limit, name };
  }
  if (largest !== undefined) observation.observe("max_output_tokens", largest.limit, sourceOf(largest.name));
}

export function isTokenLimit(limit: unknown): limit is number {
  return typeof limit === "number" && Number.isInteger(limit) && limit >= 0 && limit <= MAX_TOKENS;
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

function usesVision(messages: unknown): boolean {
  return Array.isArray(messages) && messages.some(holdsImage);
}

/** `images` are what a model made, as OpenRouter and this server give them: they come back with the conversation. */
function holdsImage(message: unknown): boolean {
  return listEntry(message, "content").some(isImagePart) || listEntry(message, "images").length > 0;
}

/**
 * Whether a part of a message is an image: as chat completions and responses have it, or as some servers take it besides
 * (`image`, `image_embeds`, none); or a file that formats with files of any type read as one.
 */
function isImagePart(part: unknown): boolean {
  if (!isObject(part)) return false;
  const { type } = part;
  if ((typeof type === "string" && /^(input_)?image/.test(type)) || Object.hasOwn(part, "image_url")) return true;
  return type === "file" && isObject(part["file"]) && isImageFile(unreadEntry(part["file"], "file_data"));
}

/** Of `data:image/png;base64,…` its beginning tells. */
const DATA_HEAD = 100;
/** Longer links are not taken apart, in UTF-16 units: those of tens of megabytes take a second. */
const MAX_LINK = 4_096;

/** @param data of a file, or a link to it: what does not say that it is something else may be an image. */
function isImageFile(data: unknown): boolean {
  if (!isText(data)) return false;
  const head = data instanceof LateText ? data.startOf(DATA_HEAD) : data.slice(0, DATA_HEAD);
  if (/^data:/i.test(head)) return !/^data:(?!image\/)[\w.+-]+\//i.test(head);
  if (!/^(https?|gs):\/\//i.test(head)) return false;
  if ((data instanceof LateText ? data.bytes : data.length) > MAX_LINK) return true;
  return mediaTypeOfLink(wholeText(data))?.startsWith("image/") ?? true;
}

/** @returns an entry of the body's `metadata`; undefined when it has none of that name itself. */
export function metadataValue(body: Readonly<Record<string, unknown>>, name: string): unknown {
  const { metadata } = body;
  return typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, name)
    ? (metadata as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
