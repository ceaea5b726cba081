import { isUtf8 } from "node:buffer";
import { MAX_TOKENS } from "../../../engine/serving.js";
import type { BufferList } from "../../json/buffer-list.js";
import { isObject, type Json } from "../../json/json.js";
import { type ParsedJson, parseJson } from "../../json/parse-json.js";
import type { ApiError } from "../errors/api-error.js";
import { MAX_TEXT } from "../observe/hints.js";
import { isTokenLimit } from "../observe/observe-body.js";
import { unreadableField } from "./check-fields.js";
import { findDuplicateKey } from "./duplicate-key.js";
import type { ModelPlaces } from "./model-splice.js";
import { MAX_ENTRIES, MAX_NESTING, MAX_VALUES, scanBody } from "./scan-body.js";

/** A body that is a JSON object, with the place of its model's name. */
export interface ParsedRequestBody {
  readonly bytes: BufferList;
  /** Its long texts are read when they are asked for: see `unreadEntry`. */
  readonly json: Json;
  readonly places: ModelPlaces;
}

/** What the APIs call the most tokens an answer may have. A provider gets them as they are, so they must be what was routed by. */
export const outputLimits = ["max_completion_tokens", "max_tokens", "max_output_tokens"] as const;

/** Bodies up to this size, bytes, are looked through here: memory that is used again costs a quarter of new memory. */
const desk = Buffer.allocUnsafeSlow(1_024 * 1_024);

/** @returns the parsed body, or the error to answer with. */
export function parseRequestBody(kept: BufferList): ParsedRequestBody | ApiError {
  const bytes = inOnePiece(kept);
  if (!isUtf8(bytes))
    return invalid("invalid_json", "the request body is not valid UTF-8; send one JSON object in UTF-8");
  if (bytes.length === 0) return invalid("invalid_json", "the request body is empty; send one JSON object");
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    const message = "the request body begins with a byte order mark; send JSON in UTF-8 without it";
    return invalid("invalid_json", message);
  }
  const scan = scanBody(bytes);
  if (scan.kind === "too_deep") {
    return invalid(
      "invalid_json",
      `the request body holds lists and objects within each other ${MAX_NESTING} deep; send a flatter one`,
    );
  }
  if (scan.kind === "too_many") {
    const message = `the request body holds more than ${MAX_ENTRIES} keys, lists and objects, or more than ${MAX_VALUES} values; send fewer`;
    return invalid("invalid_json", message);
  }
  let parsed: ParsedJson;
  try {
    parsed = parseJson(bytes, scan.kind === "object" ? scan.longTexts : [], kept);
  } catch {
    // The parser's own words quote the body, which holds a prompt: they go nowhere.
    return invalid("invalid_json", "the request body is not valid JSON; send one JSON object");
  }
  if (!isObject(parsed.value)) return invalid("invalid_json", "the request body must be one JSON object");
  if (scan.kind === "invalid") throw new Error("invariant: what JSON.parse takes for an object, scanBody does too");
  // Parsers differ in which of two counts: the facts could speak of another request than the one the provider reads.
  if (parsed.keys !== scan.keys) return duplicate(findDuplicateKey(bytes) ?? "");
  const json = parsed.value;
  const unreadable = unreadableField(json);
  if (unreadable !== undefined) return invalid("invalid_request", unreadable.message, unreadable.name);
  const name = json["model"];
  if (name !== undefined && name !== null && !isModelName(name)) {
    const form = `a text of at most ${MAX_TEXT} characters: a model of GET /v1/models, or "auto"`;
    return invalid("invalid_model", `model must be ${form}`, "model");
  }
  const limit = outputLimits.find((key) => json[key] !== undefined && json[key] !== null && !isTokenLimit(json[key]));
  if (limit !== undefined) {
    const message = `${limit}: it takes a whole number of tokens, at most ${MAX_TOKENS}`;
    return invalid("invalid_max_tokens", message, limit);
  }
  return { bytes: kept, json, places: scan };
}

/** Longer ones would stand in records and errors whole. */
function isModelName(name: unknown): boolean {
  return typeof name === "string" && name.length <= MAX_TEXT;
}

/** The bytes for as long as nothing else is done. */
function inOnePiece({ pieces, length }: BufferList): Buffer {
  const [first] = pieces;
  // Words are read at multiples of four bytes.
  if (pieces.length === 1 && first !== undefined && first.byteOffset % 4 === 0) return first;
  if (length > desk.length) return Buffer.concat(pieces);
  let at = 0;
  for (const piece of pieces) at += piece.copy(desk, at);
  return desk.subarray(0, length);
}

function duplicate(key: string): ApiError {
  const message = `the body holds the key ${JSON.stringify(key.slice(0, 100))} more than once in one object; write it once`;
  return invalid("duplicate_key", message, key === "model" ? "model" : undefined);
}

function invalid(code: string, message: string, param?: string): ApiError {
  return { status: 400, type: "invalid_request_error", code, message, ...(param === undefined ? {} : { param }) };
}
