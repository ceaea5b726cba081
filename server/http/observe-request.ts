import {
  type AttributeDefinition,
  type CompiledPolicy,
  canonicalModelId,
  type Facts,
  type FactValue,
  MAX_TOKENS,
} from "../../engine/index.js";
import { hints, readTags, readText, switches } from "./hints.js";
import { estimateTokens, isImagePart, measurePrompt } from "./prompt-size.js";

/** Headers by their lower-case name; a list when one was given more than once. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RequestToObserve {
  readonly headers: RequestHeaders;
  /** The parsed body: a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly policy: CompiledPolicy;
  /** When the request arrived, milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
}

/** What a request says about itself. */
export interface ObservedRequest {
  readonly facts: Facts;
  /** For each fact, where its value came from: `header x-route-tags`, `body model`, `estimate`, `clock`. */
  readonly sources: Readonly<Record<string, string>>;
  /** One sentence for each hint that is malformed, unknown or given twice; those hints are not facts. */
  readonly warnings: readonly string[];
  /** `x-route-strict: true`: warnings refuse the request. */
  readonly strict: boolean;
  /** `x-route-explain: true`: the answer carries the decision record. */
  readonly explain: boolean;
}

/** Reads the facts of a chat completion from its headers and body. Pure: the same request gives the same facts. */
export function observeRequest({ headers, body, policy, now }: RequestToObserve): ObservedRequest {
  const facts: Record<string, FactValue> = {};
  const sources: Record<string, string> = {};
  const warnings: string[] = [];
  const observe = (name: string, value: FactValue, source: string) => {
    if (facts[name] !== undefined) return; // the first source that is there
    facts[name] = value;
    sources[name] = source;
  };

  observeHints(headers, observe, warnings);
  observeTagsOfBody(body, facts, sources, warnings);
  observeBody(body, policy, observe, warnings);
  observeAttributes(policy.set.attributes, headers, body, observe, warnings);
  observe("time", now, "clock");
  warnOfUnknownHints(headers, policy.set.attributes, warnings);
  return {
    facts: facts as Facts,
    sources,
    warnings,
    strict: readSwitch(headers, "x-route-strict", warnings),
    explain: readSwitch(headers, "x-route-explain", warnings),
  };
}

type Observe = (name: string, value: FactValue, source: string) => void;

function observeHints(headers: RequestHeaders, observe: Observe, warnings: string[]): void {
  for (const hint of hints) {
    for (const header of hint.headers) {
      const text = headers[header];
      if (text === undefined) continue;
      if (typeof text !== "string") {
        warnings.push(givenTwice(header));
        continue;
      }
      const value = hint.read(text);
      if (value === undefined) warnings.push(`${header}: it takes ${hint.form}; it was not used`);
      else observe(hint.fact, value, `header ${header}`);
    }
  }
}

/** `metadata.tags` joins the tags of the header. */
function observeTagsOfBody(
  body: Readonly<Record<string, unknown>>,
  facts: Record<string, FactValue>,
  sources: Record<string, string>,
  warnings: string[],
): void {
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

function observeBody(
  body: Readonly<Record<string, unknown>>,
  policy: CompiledPolicy,
  observe: Observe,
  warnings: string[],
): void {
  const { model } = body;
  if (typeof model === "string") {
    const canonical = canonicalModelId(policy.set.catalog, model);
    observe(
      "model",
      canonical ?? model,
      canonical === undefined || canonical === model ? "body model" : `body model \`${model}\``,
    );
  } else {
    observe("model", "auto", "default");
  }
  // Also when a header says it: measuring is cheap, and the first source stands.
  observe("context_tokens", Math.min(estimateTokens(measurePrompt(body)), MAX_TOKENS), "estimate");
  for (const name of ["max_completion_tokens", "max_tokens"]) {
    const limit = body[name];
    if (limit === undefined || limit === null) continue;
    if (Number.isSafeInteger(limit) && (limit as number) >= 0 && (limit as number) <= MAX_TOKENS) {
      observe("max_output_tokens", limit as number, `body ${name}`);
    } else {
      warnings.push(`${name}: it takes a whole number of tokens; it was not used for routing`);
    }
  }
  const user = typeof body["user"] === "string" ? readText(body["user"]) : undefined;
  if (typeof body["user"] === "string" && user === undefined) {
    warnings.push("user: it takes a text of at most 256 characters; it was not used for routing");
  }
  if (user !== undefined) {
    observe("user", user, "body user");
    observe("session", user, "body user");
  }
  observe("stream", body["stream"] === true, "body stream");
  const tools = body["tools"] ?? body["functions"];
  observe("uses_tools", Array.isArray(tools) && tools.length > 0, "body tools");
  observe("uses_vision", usesVision(body["messages"]), "body messages");
  const format = body["response_format"] as { readonly type?: unknown } | null | undefined;
  observe("uses_json_schema", format?.type === "json_schema", "body response_format");
}

function usesVision(messages: unknown): boolean {
  return (
    Array.isArray(messages) &&
    messages.some((message: { readonly content?: unknown } | null) => {
      const parts = message?.content;
      return (
        Array.isArray(parts) &&
        parts.some(
          (part: unknown) => typeof part === "object" && part !== null && isImagePart(part as Record<string, unknown>),
        )
      );
    })
  );
}

function observeAttributes(
  attributes: readonly AttributeDefinition[],
  headers: RequestHeaders,
  body: Readonly<Record<string, unknown>>,
  observe: Observe,
  warnings: string[],
): void {
  for (const attribute of attributes) {
    if ("key" in attribute.from) continue; // trusted: an API key's alone
    const fromHeader = "header" in attribute.from;
    const source = "header" in attribute.from ? attribute.from.header.toLowerCase() : attribute.from.metadata;
    const given = fromHeader ? headers[source] : metadataValue(body, source);
    if (given === undefined || given === null) continue;
    const name = fromHeader ? `header ${source}` : `body metadata.${source}`;
    if (fromHeader && typeof given !== "string") {
      warnings.push(givenTwice(source));
      continue;
    }
    const value = readAttribute(attribute, given);
    if (value === undefined) warnings.push(`${name}: it takes ${attributeForm(attribute)}; it was not used`);
    else observe(attribute.name, value, name);
  }
}

function readAttribute(attribute: AttributeDefinition, given: unknown): FactValue | undefined {
  const isScalar = typeof given === "string" || typeof given === "number" || typeof given === "boolean";
  const text = isScalar ? String(given).trim() : "";
  switch (attribute.type) {
    case "string": {
      const value = typeof given === "string" ? readText(given) : undefined;
      return value !== undefined && (attribute.values === undefined || attribute.values.includes(value))
        ? value
        : undefined;
    }
    case "number":
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "set":
      if (Array.isArray(given))
        return given.every((tag) => typeof tag === "string") ? readTags(given.join(",")) : undefined;
      return typeof given === "string" ? readTags(given) : undefined;
    case "time":
      return undefined; // attributes cannot be of this type
  }
}

function attributeForm({ type, values }: AttributeDefinition): string {
  if (values !== undefined) return `one of ${values.join(", ")}`;
  return {
    string: "a text",
    number: "a number",
    boolean: "true or false",
    set: "tags separated by commas",
    time: "nothing",
  }[type];
}

function metadataValue(body: Readonly<Record<string, unknown>>, name: string): unknown {
  const { metadata } = body;
  return typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, name)
    ? (metadata as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function givenTwice(header: string): string {
  return `${header}: it is given more than once; it was not used`;
}

function warnOfUnknownHints(
  headers: RequestHeaders,
  attributes: readonly AttributeDefinition[],
  warnings: string[],
): void {
  const known = new Set([...hints.flatMap((hint) => hint.headers), ...switches]);
  for (const { from } of attributes) if ("header" in from) known.add(from.header.toLowerCase());
  for (const name of Object.keys(headers)) {
    if (name.startsWith("x-route-") && !known.has(name)) warnings.push(`${name}: there is no such hint`);
  }
}

function readSwitch(headers: RequestHeaders, name: string, warnings: string[]): boolean {
  const text = headers[name];
  if (text !== undefined && text !== "true" && text !== "false")
    warnings.push(`${name}: it takes true or false; it was not used`);
  return text === "true";
}
