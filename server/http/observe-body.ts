import { type CompiledPolicy, canonicalModelId, MAX_TOKENS } from "../../engine/index.js";
import { readTags, readText } from "./hints.js";
import type { Observation } from "./observation.js";

/** Reads what the body of a chat completion says, but for the size of its prompt. */
export function observeBody(
  body: Readonly<Record<string, unknown>>,
  policy: CompiledPolicy,
  observation: Observation,
): void {
  observeTags(body, observation);
  const { model } = body;
  if (typeof model === "string") {
    const canonical = canonicalModelId(policy.set.catalog, model);
    observation.observe(
      "model",
      canonical ?? model,
      canonical === undefined || canonical === model ? "body model" : `body model \`${model}\``,
    );
  } else {
    observation.observe("model", "auto", "default");
  }
  for (const name of ["max_completion_tokens", "max_tokens"]) {
    const limit = body[name];
    if (limit === undefined || limit === null) continue;
    if (Number.isSafeInteger(limit) && (limit as number) >= 0 && (limit as number) <= MAX_TOKENS) {
      observation.observe("max_output_tokens", limit as number, `body ${name}`);
    } else {
      observation.warnings.push(`${name}: it takes a whole number of tokens; it was not used for routing`);
    }
  }
  const user = typeof body["user"] === "string" ? readText(body["user"]) : undefined;
  if (typeof body["user"] === "string" && user === undefined) {
    observation.warnings.push("user: it takes a text of at most 256 characters; it was not used for routing");
  }
  if (user !== undefined) {
    observation.observe("user", user, "body user");
    observation.observe("session", user, "body user");
  }
  observation.observe("stream", body["stream"] === true, "body stream");
  const tools = body["tools"] ?? body["functions"];
  observation.observe("uses_tools", Array.isArray(tools) && tools.length > 0, "body tools");
  observation.observe("uses_vision", usesVision(body["messages"]), "body messages");
  const format = body["response_format"] as { readonly type?: unknown } | null | undefined;
  observation.observe("uses_json_schema", format?.type === "json_schema", "body response_format");
}

function usesVision(messages: unknown): boolean {
  return (
    Array.isArray(messages) &&
    messages.some((message: { readonly content?: unknown } | null) => {
      const parts = message?.content;
      return Array.isArray(parts) && parts.some(isImagePart);
    })
  );
}

/** Whether a part of a message is an image, in the form of chat completions or of responses. */
function isImagePart(part: { readonly type?: unknown } | null): boolean {
  return part?.type === "image_url" || part?.type === "input_image";
}

/** `metadata.tags` joins the tags of the header. */
function observeTags(body: Readonly<Record<string, unknown>>, { facts, sources, warnings }: Observation): void {
  const given = metadataValue(body, "tags");
  if (given === undefined) return;
  const text = Array.isArray(given) && given.every((tag) => typeof tag === "string") ? given.join(",") : given;
  const tags = typeof text === "string" ? readTags(text) : undefined;
  if (tags === undefined) {
    warnings.push("metadata.tags: it takes a list of tags, or one text with commas; it was not used");
    return;
  }
  const before = facts["tags"] as readonly string[] | undefined;
  facts["tags"] = [...new Set([...(before ?? []), ...tags])];
  sources["tags"] = before === undefined ? "body metadata.tags" : `${sources["tags"]}, body metadata.tags`;
}

/** @returns an entry of the body's `metadata`; undefined when it has none of that name itself. */
export function metadataValue(body: Readonly<Record<string, unknown>>, name: string): unknown {
  const { metadata } = body;
  return typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, name)
    ? (metadata as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
