import { type Json, parseJsonObject } from "./json.js";

/**
 * The arguments of a tool call as the object that other formats ask for; none at all is `{}`. What is no JSON object (cut off
 * by the limit of tokens, or the model's mistake) stands under `arguments` as the text it is: nothing of it is lost.
 */
export function argumentsObject(text: string): { readonly values: Json; readonly isText: boolean } {
  const values = text.trim() === "" ? {} : parseJsonObject(text);
  return values === undefined ? { values: { arguments: text }, isText: true } : { values, isText: false };
}
