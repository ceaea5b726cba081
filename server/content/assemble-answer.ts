import type { Json } from "../json/json.js";

/**
 * What the events of a stream add up to: texts joined, tool calls whole. Chat and text completions give `{ choices }`,
 * Anthropic's messages `{ content }`, OpenAI's responses `{ output }`; where a chat completion went on with one of these, both.
 */
export function assembleAnswer(events: readonly Json[]): Json {
  const choices = new Map<unknown, Record<string, unknown>>();
  const blocks = new Map<unknown, Record<string, unknown>>();
  const items = new Map<unknown, Record<string, unknown>>();
  for (const event of events) {
    for (const choice of listOf(event["choices"])) addChoice(slot(choices, choice["index"]), choice);
    if (event["type"] === "content_block_start") {
      blocks.set(event["index"], { ...recordOf(event["content_block"]) });
    } else if (event["type"] === "content_block_delta") {
      addPieces(slot(blocks, event["index"]), recordOf(event["delta"]), ["type"]);
    } else if (event["output_index"] !== undefined) addToItem(items, event);
  }
  const error = events.find((event) => event["error"] !== undefined)?.["error"];
  const own = {
    ...(items.size > 0 ? { output: [...items.values()] } : {}),
    ...(blocks.size > 0 ? { content: [...blocks.values()] } : {}),
  };
  const whole = choices.size > 0 || Object.keys(own).length === 0 ? { ...own, choices: [...choices.values()] } : own;
  return {
    ...whole,
    ...(error === undefined ? {} : { error }),
  };
}

/** An item that is done stands whole in its last event; until then its texts stand beside it: `output_text`. */
function addToItem(items: Map<unknown, Record<string, unknown>>, event: Json): void {
  const { type, output_index: index, item, delta } = event;
  if (type === "response.output_item.added" || type === "response.output_item.done") {
    items.set(index, { ...recordOf(item) });
    return;
  }
  const [, name] = /^response\.([a-z]+(?:_[a-z]+)*)\.delta$/.exec(String(type)) ?? [];
  if (name === undefined || typeof delta !== "string") return;
  const into = items.get(index) ?? {};
  items.set(index, into);
  into[name] = `${into[name] ?? ""}${delta}`;
}

function addChoice(into: Record<string, unknown>, choice: Json): void {
  if (typeof choice["finish_reason"] === "string") into["finish_reason"] = choice["finish_reason"];
  if (typeof choice["text"] === "string") into["text"] = `${into["text"] ?? ""}${choice["text"]}`;
  if (choice["delta"] === undefined) return;
  into["message"] ??= {};
  addPieces(into["message"] as Record<string, unknown>, recordOf(choice["delta"]), ["role", "type", "id", "name"]);
}

/** Joins texts; of a name that is said again the first counts. Lists are joined by their items' `index`. */
function addPieces(into: Record<string, unknown>, delta: Json, saidOnce: readonly string[]): void {
  for (const [name, piece] of Object.entries(delta)) {
    if (name === "__proto__") continue; // a provider must not reach the prototype of all objects
    const before = into[name];
    if (typeof piece === "string") {
      if (!saidOnce.includes(name)) into[name] = `${typeof before === "string" ? before : ""}${piece}`;
      else into[name] ??= piece;
    } else if (Array.isArray(piece)) {
      const items = (Array.isArray(before) ? before : []) as Record<string, unknown>[];
      for (const item of listOf(piece)) {
        const known = items.find(({ index }) => index !== undefined && index === item["index"]);
        const same = known ?? {};
        if (known === undefined) items.push(same);
        addPieces(same, item, saidOnce);
      }
      into[name] = items;
    } else if (typeof piece === "object" && piece !== null) {
      into[name] = typeof before === "object" && before !== null ? before : {};
      addPieces(into[name] as Record<string, unknown>, recordOf(piece), saidOnce);
    } else if (piece !== null) into[name] = piece;
  }
}

function slot(slots: Map<unknown, Record<string, unknown>>, index: unknown): Record<string, unknown> {
  const found = slots.get(index) ?? { index };
  slots.set(index, found);
  return found;
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((item): item is Json => typeof item === "object" && item !== null) : [];
}

function recordOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
