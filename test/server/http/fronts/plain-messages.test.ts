import { describe, expect, it } from "vitest";
import { plainMessages } from "../../../../server/http/fronts/plain-messages.js";

const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AA" } };
const shown = "messages: pictures and files of tool results were sent as the user's, behind the results";

function plain(...messages: object[]) {
  const warnings = new Set<string>();
  return { messages: plainMessages(messages as never, warnings), warnings: [...warnings] };
}

describe("plainMessages()", () => {
  it("says developer as system, and joins what is text alone", () => {
    const text = (words: string) => ({ type: "text", text: words, cache_control: { type: "ephemeral" } });
    expect(plain({ role: "developer", content: [text("a"), text("b")] }, { role: "user", content: "c" })).toEqual({
      messages: [
        { role: "system", content: "a\n\nb" },
        { role: "user", content: "c" },
      ],
      warnings: [],
    });
  });

  it("says of a link to a file that OpenAI takes data only", () => {
    const linked = (file_data: string) => plain({ role: "user", content: [{ type: "file", file: { file_data } }] });
    expect(linked("https://x.example/a.pdf").warnings).toEqual([expect.stringContaining("a link to a file was sent")]);
    expect(linked("data:application/pdf;base64,AA").warnings).toEqual([]);
  });

  it("sends what tool results show behind all results of the turn, as the user's", () => {
    const result = (id: string, ...content: object[]) => ({ role: "tool", tool_call_id: id, content });
    const text = { type: "text", text: "4 KB" };
    const turn = [result("a", text, picture), result("b", text), result("c", picture)];
    const results = [
      { role: "tool", tool_call_id: "a", content: "4 KB" },
      { role: "tool", tool_call_id: "b", content: "4 KB" },
      { role: "tool", tool_call_id: "c", content: "What it shows follows." },
    ];
    const seen = [
      { type: "text", text: "What the result of a shows:" },
      picture,
      { type: "text", text: "What the result of c shows:" },
      picture,
    ];
    expect(plain(...turn)).toEqual({ messages: [...results, { role: "user", content: seen }], warnings: [shown] });
    expect(plain(...turn, { role: "assistant", content: "so" }).messages).toEqual([
      ...results,
      { role: "user", content: seen },
      { role: "assistant", content: "so" },
    ]);
    expect(plain(...turn, { role: "user", content: "so?" }).messages).toEqual([
      ...results,
      { role: "user", content: [...seen, { type: "text", text: "so?" }] },
    ]);
  });

  it("leaves out what only other formats know", () => {
    const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
    const signed = { ...call, extra_content: { google: {} } };
    expect(plain({ role: "assistant", content: null, extra_content: {}, tool_calls: [signed] }).messages).toEqual([
      { role: "assistant", content: null, tool_calls: [call] },
    ]);
  });
});
