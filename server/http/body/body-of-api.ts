import { type Json, objectsOf } from "../../json/json.js";

/** The APIs whose requests are explained before they are sent; the name is the end of the path, `chat` for chat completions. */
export const apis = ["chat", "completions", "embeddings", "messages", "responses"] as const;
export type Api = (typeof apis)[number];

/** Kinds of content that a message has in Anthropic's API alone. */
const anthropicKinds: ReadonlySet<unknown> = new Set(["document", "image", "tool_use", "tool_result", "thinking"]);

/**
 * What shows that a body is not of an API: read as one of another it would be explained as a request without its pictures, tools
 * or prompt.
 * @returns which APIs it may be of, and by what that is seen; undefined when nothing speaks against it.
 */
export function otherApis(body: Json, api: Api): { readonly apis: readonly Api[]; readonly sign: string } | undefined {
  for (const [sign, isThere, those] of signs) {
    if (isThere(body) && !those.includes(api)) return { apis: those, sign };
  }
  return undefined;
}

const signs: readonly (readonly [string, (body: Json) => boolean, readonly Api[]])[] = [
  [
    "`input` and no `messages`",
    ({ input, messages }) => input !== undefined && messages === undefined,
    ["responses", "embeddings"],
  ],
  [
    "`prompt` and no `messages`",
    ({ prompt, messages }) => prompt !== undefined && messages === undefined,
    ["completions"],
  ],
  [
    "`system` beside `messages`",
    ({ system, messages }) => system !== undefined && messages !== undefined,
    ["messages"],
  ],
  [
    "tools with `input_schema`",
    ({ tools }) => objectsOf(tools).some((tool) => tool["input_schema"] !== undefined),
    ["messages"],
  ],
  [
    "messages with content of Anthropic's API",
    ({ messages }) => contentOf(messages).some(({ type }) => anthropicKinds.has(type)),
    ["messages"],
  ],
  ["messages", ({ messages }) => messages !== undefined, ["chat", "messages"]],
];

function contentOf(messages: unknown): readonly Json[] {
  return objectsOf(messages).flatMap(({ content }) => objectsOf(content));
}
