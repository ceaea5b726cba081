import { afterEach, expect, it } from "vitest";
import { argumentsObject } from "../../../server/providers/chat/tool-arguments.js";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { stopAll } from "../http/harness.js";
import { anthropicServer, geminiServer } from "./provider-servers.js";

afterEach(stopAll);

/** JSON that V8 reads, but cannot write: its stack ends before. */
const deep = `${'{"a":'.repeat(8_000)}1${"}".repeat(8_000)}`;
const call = { id: "call_1", type: "function", function: { name: "look_up", arguments: deep } };
const tools = [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }];
const messages = [
  { role: "user", content: "hi" },
  { role: "assistant", tool_calls: [call] },
  { role: "tool", tool_call_id: "call_1", content: deep },
];

it.each([
  ["anthropic", anthropicServer],
  ["gemini", geminiServer],
])(
  "arguments and results of tools that nest too deep to be written are sent to %s as the text they are",
  async (name, server) => {
    const { proxy, upstreams } = await proxyOverFormats({ [name]: server });
    const answer = await proxy.ask({ messages, tools });
    expect([answer.status, answer.headers.get("x-route-warning")]).toEqual([200, expect.stringContaining("arguments")]);
    expect(upstreams[name]!.requests[0]!.body.split(JSON.stringify(deep))).toHaveLength(3); // the call and its result
  },
);

it("are an object as long as it can be written", () => {
  const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`;
  expect(argumentsObject(nested(1_000))).toMatchObject({ isText: false });
  expect(argumentsObject(nested(1_002))).toEqual({ values: { arguments: nested(1_002) }, isText: true });
  const wide = JSON.stringify({ list: Array.from({ length: 2_000 }, () => ({})) });
  expect(argumentsObject(wide)).toMatchObject({ isText: false });
});
