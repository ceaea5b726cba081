import type { Json } from "../../../json/json.js";
import { outputText, refusalPart } from "./chat-to-response.js";

export type PartKind = "text" | "refusal" | "reasoning";

/** An item under way: its parts that have ended, and the one that has not. */
export interface OpenItem {
  readonly id: string;
  readonly index: number;
  readonly parts: Json[];
  part: { readonly kind: PartKind; text: string; readonly annotations: Json[] };
}

/** How the parts of items are called in events. */
export const partForms = {
  text: {
    event: "output_text",
    at: "content_index",
    added: "response.content_part.added",
    make: outputText,
  },
  refusal: { event: "refusal", at: "content_index", added: "response.content_part.added", make: refusalPart },
  reasoning: {
    event: "reasoning_summary_text",
    at: "summary_index",
    added: "response.reasoning_summary_part.added",
    make: summary,
  },
} as const satisfies Record<
  PartKind,
  { event: string; at: string; added: string; make: (text: string, annotations: Json[]) => Json }
>;

function summary(text: string): Json {
  return { type: "summary_text", text };
}
