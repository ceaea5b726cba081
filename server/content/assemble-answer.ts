type Json = Readonly<Record<string, unknown>>;

/**
 * What the events of a stream add up to: texts joined, tool calls whole. Chat and text completions give `{ choices }`,
 * Anthropic's messages `{ content }`.
 */
export function assembleAnswer(events: readonly Json[]): Json {
  const choices = new Map<unknown, Record<string, unknown>>();
  const blocks = new Map<unknown, Record<string, unknown>>();
  for (const event of events) {
    for (const choice of listOf(event["choices"])) addChoice(slot(choices, choice["index"]), choice);
    if (event["type"] === "content_block_start") {
      blocks.set(event["index"], { ...recordOf(event["content_block"]) });
    } else if (event["type"] === "content_block_delta") {
      addPieces(slot(blocks, event["index"]), recordOf(event["delta"]), ["type"]);
    }
  }
  const error = events.find((event) => event["error"] !== undefined)?.["error"];
  return {
    ...(blocks.size === 0 ? { choices: [...choices.values()] } : { content: [...blocks.values()] }),
    ...(error === undefined ? {} : { error }),
  };
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
