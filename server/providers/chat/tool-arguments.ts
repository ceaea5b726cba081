import { type Json, parseWritableObject } from "../../json/json.js";

/**
 * The arguments of a tool call as the object that other formats ask for; none at all is `{}`. What is no JSON object (cut off
 * by the limit of tokens, the model's mistake, nested too deep to be sent) stands under `arguments` as the text it is: nothing of it is lost.
 */
export function argumentsObject(text: string): { readonly values: Json; readonly isText: boolean } {
  const values = text.trim() === "" ? {} : parseWritableObject(text);
  return values === undefined ? { values: { arguments: text }, isText: true } : { values, isText: false };
}
