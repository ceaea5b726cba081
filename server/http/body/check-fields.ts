import { isObject, type Json } from "../../json/json.js";
import { isText, unreadEntry } from "../../json/late-text.js";

/** A field that cannot be read, and what it takes. */
export interface UnreadableField {
  readonly name: string;
  readonly message: string;
}

type Form = readonly [takes: string, fits: (value: unknown) => boolean];

const list: Form = ["a list", Array.isArray];
const object: Form = ["an object", isObject];

/** The fields of all APIs in front that facts are read from, but for those whose form depends on the API. */
const forms: Readonly<Record<string, Form>> = {
  stream: ["true or false", (value) => typeof value === "boolean"],
  messages: ["a list of messages, each with a text or a list of parts as its content", isMessages],
  tools: list,
  functions: list,
  response_format: object,
  metadata: object,
};
const names = Object.keys(forms);

/** Keys that must be written as they are: some servers take a key in any case, and would read another request than was routed. */
const exact: ReadonlySet<string> = new Set([
  ...[...names, "model", "models", "input", "prompt", "system", "instructions", "text", "user", "n", "best_of"],
  ...["max_tokens", "max_completion_tokens", "max_output_tokens", "output_config", "output_format", "mcp_servers"],
  ...["previous_response_id", "conversation", "background", "fallbacks", "inference_geo", "thread"],
  ...["suffix", "web_search_options"],
]);
/** The same of messages, of their parts, and of a format. */
const exactWithin: ReadonlySet<string> = new Set([
  ...["role", "content", "output", "type", "text", "image_url", "source", "format", "json_schema", "schema"],
  ...["file", "images", "tool_calls", "function_call", "reasoning", "reasoning_content", "reasoning_details"],
]);

/**
 * Looks whether facts can be read from a body. A provider may understand `"stream": "yes"`, `"Stream": true` or
 * `"tools": {…}` although they are not what its API takes; then a rule about `stream` or `uses_tools` would have been
 * asked about another request. `null` is as good as absent. All other fields are for the provider to judge.
 */
export function unreadableField(body: Json): UnreadableField | undefined {
  const other = otherSpelling(body, exact);
  if (other !== undefined) {
    return { name: other.key, message: `${other.meant}: write the key in plain lower-case letters` };
  }
  for (const name of names) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const [takes, fits] = forms[name] as Form;
    if (!fits(value)) return { name, message: `${name}: it takes ${takes}` };
  }
  for (const name of ["messages", "input", "response_format", "text", "output_config", "output_format"]) {
    const within = otherSpellingIn(unreadEntry(body, name));
    if (within === undefined) continue;
    const message = `${name}: write the key \`${within.meant}\` in plain lower-case letters wherever it stands in it`;
    return { name, message };
  }
  return undefined;
}

interface Spelling {
  readonly key: string;
  readonly meant: string;
}

const PLAIN = /^[a-z0-9_]*$/;

function otherSpelling(object: object, keys: ReadonlySet<string>): Spelling | undefined {
  for (const key in object) {
    if (PLAIN.test(key)) continue;
    const meant = withoutCase(key);
    if (meant !== key && keys.has(meant)) return { key, meant };
  }
  return undefined;
}

/** In a message, a format, a list of them, and what these hold as content; not in what tools are called with. */
function otherSpellingIn(value: unknown): Spelling | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = otherSpellingIn(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(value)) return undefined;
  return (
    otherSpelling(value, exactWithin) ??
    otherSpellingIn(unreadEntry(value, "content")) ??
    otherSpellingIn(unreadEntry(value, "output")) ??
    otherSpellingIn(unreadEntry(value, "format"))
  );
}

/** As servers read a key that do not mind its case: Go's also take `ſ` for `s` and the Kelvin sign for `k`. */
function withoutCase(key: string): string {
  return key.toUpperCase().toLowerCase();
}

function isMessages(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((message) => isObject(message) && isContent(unreadEntry(message, "content")))
  );
}

function isContent(content: unknown): boolean {
  return isText(content) || content === undefined || content === null || Array.isArray(content);
}
