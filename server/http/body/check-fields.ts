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
  ...[...names, "model", "models", "input", "prompt", "system", "instructions", "text", "user", "n"],
  ...["max_tokens", "max_completion_tokens", "max_output_tokens"],
]);

/**
 * Looks whether facts can be read from a body. A provider may understand `"stream": "yes"`, `"Stream": true` or
 * `"tools": {…}` although they are not what its API takes; then a rule about `stream` or `uses_tools` would have been
 * asked about another request. `null` is as good as absent. All other fields are for the provider to judge.
 */
export function unreadableField(body: Readonly<Record<string, unknown>>): UnreadableField | undefined {
  for (const name of Object.keys(body)) {
    if (exact.has(name)) continue;
    const lower = name.toLowerCase();
    if (exact.has(lower)) return { name, message: `${lower}: write the key in lower case` };
  }
  for (const name of names) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const [takes, fits] = forms[name] as Form;
    if (!fits(value)) return { name, message: `${name}: it takes ${takes}` };
  }
  return undefined;
}

function isMessages(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((message) => isObject(message) && isContent(unreadEntry(message, "content")))
  );
}

function isContent(content: unknown): boolean {
  return isText(content) || content === undefined || content === null || Array.isArray(content);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
