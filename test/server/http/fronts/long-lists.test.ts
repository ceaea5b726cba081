import { expect, it } from "vitest";
import type { Endpoint } from "../../../../engine/serving.js";
import { fronts } from "../../../../server/http/fronts/fronts.js";
import { plainBodyFor } from "../../../../server/http/fronts/plain-body.js";
import type { Json } from "../../../../server/json/json.js";
import * as anthropic from "../../../../server/providers/anthropic/translate-request.js";
import { readChatRequest } from "../../../../server/providers/chat/read-chat-request.js";
import * as gemini from "../../../../server/providers/gemini/translate-request.js";

/** More than a function takes as arguments; and a step for each pair of them would not end in time. */
const COUNT = 130_000;
const many = (make: (at: number) => Json): Json[] => Array.from({ length: COUNT }, (_, at) => make(at));
const user = { role: "user", content: "hi" };
const text = { type: "text", text: "a" };
const picture = { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } };
const assistantSays = (make: (at: number) => Json): Json => ({
  max_tokens: 5,
  messages: [user, { role: "assistant", content: many(make) }, user],
});

const given: readonly (readonly [string, string, Json])[] = [
  ["parts", "/v1/chat/completions", { messages: [user, { role: "user", content: many(() => text) }] }],
  ["tool_use", "/v1/messages", assistantSays((at) => ({ type: "tool_use", id: `c${at}`, name: "f", input: {} }))],
  ["thinking", "/v1/messages", assistantSays(() => ({ type: "thinking", thinking: "a", signature: "s" }))],
  [
    "pictures of a result",
    "/v1/messages",
    {
      max_tokens: 5,
      messages: [
        user,
        { role: "assistant", content: [{ type: "tool_use", id: "c", name: "f", input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: many(() => picture) }] },
      ],
    },
  ],
  [
    "calls",
    "/v1/responses",
    { input: many((at) => ({ type: "function_call", call_id: `c${at}`, name: "f", arguments: "{}" })) },
  ],
  [
    "texts",
    "/v1/responses",
    { input: [{ role: "assistant", content: many(() => ({ type: "output_text", text: "a" })) }] },
  ],
];

it.each(given)("a hundred thousand %s in one request of %s are read and translated", (_, path, asked) => {
  const chat = fronts.get(path)!.readChat({ model: "auto", ...asked });
  if ("code" in chat) throw new Error(chat.message);
  const server = { provider: "p", model: "gpt-5", legacyMaxTokens: false, streamUsage: true, reasons: true };
  const request = readChatRequest(chat.body);
  const sent = [
    plainBodyFor(chat.plainBody, server, () => {}),
    anthropic.translateRequest(request, { upstreamModel: "claude-sonnet-4-5" } as Endpoint, false),
    gemini.translateRequest(request, { upstreamModel: "gemini-2.5-pro" } as Endpoint, false),
  ];
  expect(sent).toHaveLength(3);
});
