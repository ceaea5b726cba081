import type { FactValue } from "../../../engine/serving.js";
import type { DecisionAnswer, ListedKey } from "../admin/answers.js";
import { writeExact } from "../words/write-figures.js";
import { readChatBody, recordedChatBody } from "./read-chat-body.js";
import { emptyForm, type FormField, type RequestForm } from "./request-form.js";

/** Facts that have an input of their own; `tags` has one too. */
const inputs: Readonly<Record<string, FormField>> = {
  model: "model",
  max_output_tokens: "maxTokens",
  budget_usd: "budget",
  max_latency_ms: "latency",
  context_tokens: "contextTokens",
  priority: "priority",
  session: "session",
  region: "region",
};

/**
 * Fills the form with what is recorded of a request. What its API key said becomes no hint: asked as that key it is known
 * anyway, and no other key may say it. Where the key does not work any more, it is given as facts, which are not sent.
 *
 * @param key the one that asked, as it is now; undefined: there was none, or it is gone.
 */
export function formOfDecision(decision: DecisionAnswer, key: ListedKey | undefined): RequestForm {
  const { facts } = decision.record;
  const body = recordedChatBody(decision);
  const { fields, rest } = readChatBody(body ?? {});
  const asksAsKey = key?.state === "active";
  const typed: Partial<Record<FormField, string>> = { tags: ownTags(decision, body === undefined) };
  const more: Record<string, unknown> = { ...rest };
  const metadata: Record<string, FactValue> = {};
  const headers: string[] = [];
  const given: string[] = [];
  for (const [name, { value, source }] of Object.entries(facts)) {
    const input = inputs[name];
    const header = /^header (.+)$/.exec(source)?.[1];
    const isInBody = header === undefined && body !== undefined; // or is read from it again
    if (/^key\b/.test(source)) {
      if (!asksAsKey) given.push(`${name}=${write(value)}`);
    } else if (name === "tags" || isInBody) continue;
    else if (header !== undefined && input === undefined) headers.push(`${header}: ${write(value)}`);
    else if (input !== undefined) typed[input] = write(value);
    else if (name === "user") more["user"] = value;
    else if (source.startsWith("body metadata.")) metadata[source.slice("body metadata.".length)] = value;
    else if (name.startsWith("uses_") && value === true) given.push(`${name}=true`);
  }
  if (decision.content?.cut === true) typed.contextTokens = write(facts["context_tokens"]?.value ?? "");
  if (Object.keys(metadata).length > 0) more["metadata"] = metadata;
  return {
    ...emptyForm,
    ...fields,
    ...typed,
    more: Object.keys(more).length === 0 ? "" : JSON.stringify(more, undefined, 2),
    headers: headers.join("\n"),
    facts: given.join("\n"),
    key: asksAsKey ? key.id : "",
  };
}

/** The tags that the request said itself. @param withBody also those of its body. */
function ownTags({ record: { facts } }: DecisionAnswer, withBody: boolean): string {
  const { tags, key_tags: ofKey } = facts;
  if (tags === undefined || (!withBody && !tags.source.includes("header "))) return "";
  const keys = [ofKey?.value ?? []].flat();
  return write([tags.value].flat().filter((tag) => !keys.includes(tag)) as readonly string[]);
}

/** As headers and facts are written. */
function write(value: FactValue): string {
  if (typeof value === "number") return writeExact(value);
  return typeof value === "object" ? value.join(", ") : String(value);
}
