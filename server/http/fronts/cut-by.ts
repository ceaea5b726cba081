import { textOf } from "../../json/json.js";

const cuts: ReadonlyMap<string | undefined, "length" | "content_filter"> = new Map([
  ["length", "length"],
  // Mistral: the model's window is full, whatever the request allows (`FinishReason` of https://docs.mistral.ai/api, read 2026-11-28).
  ["model_length", "length"],
  ["content_filter", "content_filter"],
]);

/** @returns what cut an answer off, by its `finish_reason`; undefined when it came to its own end. */
export function cutBy(finishReason: unknown): "length" | "content_filter" | undefined {
  return cuts.get(textOf(finishReason));
}
