import { randomUUID } from "node:crypto";
import { isObject, type Json, objectsOf, textOf } from "../../json/json.js";

/**
 * The calls of tools of one answer, as OpenAI has them. Servers that are nearly compatible leave `index` or `id` out, give several calls
 * the same one, a piece of a call another id than its first, or arguments as an object
 * (https://github.com/InternLM/lmdeploy/issues/3412, https://github.com/noho/dayu-agent/issues/82, read 2026-11-27); read as they stand, calls
 * would run into each other, and their results could not be told apart.
 */
export class ToolCalls {
  /** The call under way by the index that the server gives; undefined: it gives none. */
  readonly #known = new Map<number | undefined, { readonly index: number; readonly id: string | undefined }>();
  readonly #indexes = new Set<number>();
  readonly #ids = new Set<string>();
  /** Behind all of them: looked for among them, calls by the hundred thousand would take minutes. */
  #next = 0;

  /** A piece of a call: with the `index` of its call, and, when it is the first, an `id` that no other call has. */
  piece(call: Json): Json {
    const { function: called } = call;
    const given = typeof call["index"] === "number" ? call["index"] : undefined;
    const { name } = isObject(called) ? called : {};
    const id = textOf(call["id"]) || undefined;
    const known = this.#known.get(given);
    const isNamed = textOf(name) !== undefined && name !== "";
    const isFirst = known === undefined || (isNamed && (id === undefined ? given === undefined : id !== known.id));
    const read = withTexts(call);
    if (!isFirst) return known.index === given ? read : { ...read, index: known.index };
    const index = given === undefined || this.#indexes.has(given) ? this.#next : given;
    this.#indexes.add(index);
    this.#next = Math.max(this.#next, index + 1);
    this.#known.set(given, { index, id });
    const own = id !== undefined && !this.#ids.has(id) ? id : `call_${randomUUID().replaceAll("-", "")}`;
    this.#ids.add(own);
    return own === call["id"] && index === given ? read : { ...read, index, id: own };
  }
}

/** The calls of a whole answer: each has an `id` of its own. */
export function toolCallsOf(message: Json): readonly Json[] {
  const calls = new ToolCalls();
  return objectsOf(message["tool_calls"]).map((call, index) => calls.piece({ ...call, index }));
}

/** With texts for its name and arguments, as all who read calls expect them. */
function withTexts(call: Json): Json {
  const called = isObject(call["function"]) ? call["function"] : {};
  const { name, arguments: given } = called;
  if (typeof name === "string" && typeof given === "string") return call;
  const text = isObject(given) ? JSON.stringify(given) : (textOf(given) ?? "");
  return { ...call, function: { ...called, name: textOf(name) ?? "", arguments: text } };
}
