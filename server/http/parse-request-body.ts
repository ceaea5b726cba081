import { isAscii, isUtf8 } from "node:buffer";
import { MAX_TOKENS } from "../../engine/index.js";
import type { ApiError } from "./api-error.js";
import { unreadableField } from "./check-fields.js";
import { countKeys, findDuplicateKey } from "./duplicate-key.js";
import { findModel, MAX_NESTING, type UsableModelPlace } from "./model-splice.js";
import { isTokenLimit } from "./observe-body.js";

/** A body that is a JSON object, with the place of its model's name. */
export interface ParsedRequestBody {
  readonly bytes: Buffer;
  readonly json: Readonly<Record<string, unknown>>;
  readonly model: UsableModelPlace;
}

/** What the APIs call the most tokens an answer may have. A provider gets them as they are, so they must be what was routed by. */
const outputLimits = ["max_completion_tokens", "max_tokens", "max_output_tokens"] as const;

/** @returns the parsed body, or the error to answer with. */
export function parseRequestBody(bytes: Buffer): ParsedRequestBody | ApiError {
  const model = findModel(bytes);
  if (model.kind === "too_deep") {
    return invalid(
      "invalid_json",
      `the request body holds lists and objects within each other ${MAX_NESTING} deep; send a flatter one`,
    );
  }
  const parsed = parseObject(bytes);
  if ("error" in parsed) return parsed.error;
  const json = parsed.object;
  if (model.kind === "duplicate") return duplicate(model.key);
  if (countKeys(json) !== model.keys) return duplicate(findDuplicateKey(bytes) ?? "");
  const unreadable = unreadableField(json);
  if (unreadable !== undefined) return invalid("invalid_request", unreadable.message, unreadable.name);
  const name = json["model"];
  if (name !== undefined && name !== null && typeof name !== "string") {
    return invalid("invalid_model", 'model must be a text: a model of GET /v1/models, or "auto"', "model");
  }
  const limit = outputLimits.find((key) => json[key] !== undefined && json[key] !== null && !isTokenLimit(json[key]));
  if (limit !== undefined) {
    const message = `${limit}: it takes a whole number of tokens, at most ${MAX_TOKENS}`;
    return invalid("invalid_max_tokens", message, limit);
  }
  return { bytes, json, model };
}

/** @returns the object, or the error to answer with. */
export function parseObject(
  bytes: Buffer,
): { readonly object: Readonly<Record<string, unknown>> } | { readonly error: ApiError } {
  let json: unknown;
  try {
    // Reading ASCII as Latin-1 is a copy; UTF-8 is decoded, which takes longer than the parsing.
    const encoding = isAscii(bytes) ? "latin1" : isUtf8(bytes) ? "utf8" : undefined;
    if (encoding === undefined) {
      return { error: invalid("invalid_json", "the request body is not valid UTF-8; send one JSON object in UTF-8") };
    }
    json = JSON.parse(bytes.toString(encoding));
  } catch {
    // The parser's own words quote the body, which holds a prompt: they go nowhere.
    return { error: invalid("invalid_json", "the request body is not valid JSON; send one JSON object") };
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { error: invalid("invalid_json", "the request body must be one JSON object") };
  }
  return { object: json as Readonly<Record<string, unknown>> };
}

function duplicate(key: string): ApiError {
  const message = `the body holds the key ${JSON.stringify(key.slice(0, 100))} more than once in one object; write it once`;
  return invalid("duplicate_key", message, key === "model" ? "model" : undefined);
}

function invalid(code: string, message: string, param?: string): ApiError {
  return { status: 400, type: "invalid_request_error", code, message, ...(param === undefined ? {} : { param }) };
}
