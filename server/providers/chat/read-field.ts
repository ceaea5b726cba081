import { isObject, type Json } from "../../json/json.js";
import { RefusedRequest } from "./chat-request.js";

/** Reads of fields that may be left out or null; what is there and of another type refuses the request. */

export function readNumber(body: Json, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw new RefusedRequest(name, "it takes a number");
  return value;
}

export function readWholeNumber(body: Json, name: string, least = 0): number | undefined {
  const value = readNumber(body, name);
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
    throw new RefusedRequest(name, `it takes a whole number${least > 0 ? ` from ${least} on` : ""}`);
  }
  return value;
}

export function readBoolean(body: Json, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw new RefusedRequest(name, "it takes true or false");
  return value;
}

export function readText(body: Json, name: string, path = name): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new RefusedRequest(path, "it takes a text");
  return value;
}

export function readObject(body: Json, name: string, path = name): Json | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new RefusedRequest(path, "it takes an object");
  return value;
}

export function readObjects(body: Json, name: string, path = name): readonly Json[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw new RefusedRequest(path, "it takes a list of objects");
  return value;
}
