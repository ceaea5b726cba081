import { describe, expect, it } from "vitest";
import { ToolCalls, toolCallsOf } from "../../../../server/http/fronts/tool-calls.js";
import type { Json } from "../../../../server/json/json.js";

interface Put {
  readonly id: string;
  name: string;
  text: string;
}

/** Puts calls together by their indexes, as clients do. */
function putTogether(pieces: readonly object[]): readonly Put[] {
  const calls = new ToolCalls();
  const put = new Map<unknown, Put>();
  for (const piece of pieces) {
    const { index, id, function: called } = calls.piece(piece as Json);
    const { name, arguments: text } = called as Record<string, string | undefined>;
    const call = put.get(index) ?? { id: String(id), name: "", text: "" };
    put.set(index, {
      ...call,
      name: call.name + (call.name === "" ? (name ?? "") : ""),
      text: call.text + (text ?? ""),
    });
  }
  return [...put.values()];
}

const f = (args: unknown, name = "f") => ({ function: { name, arguments: args } });
const more = (args: string) => ({ function: { arguments: args } });
const made = expect.stringMatching(/^call_[0-9a-f]{32}$/);

describe("calls of tools that are hardly any", () => {
  it.each([[], {}, "f", null, { name: 5, arguments: 5 }, { name: null, arguments: [1] }])(
    "have a text as name and arguments all the same: %j",
    (called) => {
      const call = { id: "a", function: called };
      const texts = { id: "a", function: { name: "", arguments: "" } };
      expect(toolCallsOf({ tool_calls: [call] })).toMatchObject([texts]);
      expect(new ToolCalls().piece({ index: 0, ...call })).toMatchObject(texts);
    },
  );
});

describe("calls of tools of servers that are nearly compatible", () => {
  const two = [
    { id: "a", name: "f", text: '{"x":1}' },
    { id: "b", name: "g", text: '{"y":2}' },
  ];
  it.each<[string, readonly object[], readonly object[]]>([
    [
      "are OpenAI's as they stand",
      [
        { index: 0, id: "a", ...f('{"x"') },
        { index: 1, id: "b", ...f('{"y"', "g") },
        { index: 1, ...more(":2}") },
        { index: 0, ...more(":1}") },
      ],
      two,
    ],
    [
      "are told apart by their ids without an index",
      [
        { id: "a", ...f('{"x":1}') },
        { id: "b", ...f('{"y":2}', "g") },
      ],
      two,
    ],
    [
      "are told apart by their ids with one index for all",
      [
        { index: 0, id: "a", ...f('{"x"') },
        { index: 0, ...more(":1}") },
        { index: 0, id: "b", ...f('{"y"', "g") },
        { index: 0, id: "b", ...more(":2}") },
      ],
      two,
    ],
    ["go on without an index", [{ id: "a", ...f('{"x"') }, more(":1}")], [two[0]!]],
    [
      "go on when each piece has another id, or says id and name again",
      [
        { index: 0, id: "a", ...f('{"x"') },
        { index: 0, id: "z", ...more(":1") },
        { index: 0, id: "a", ...f("}") },
      ],
      [two[0]!],
    ],
    [
      "go on when later pieces have empty and null fields",
      [
        { index: 0, id: "a", ...f('{"x"') },
        { index: 0, id: "", ...f(":", "") },
        { index: 0, id: null, type: null, function: { name: null, arguments: "1}" } },
      ],
      [two[0]!],
    ],
    [
      "get ids where they have none, or one that another has",
      [
        { index: 0, ...f("{}") },
        { index: 1, id: "", ...f("{}") },
        { index: 2, id: "a", ...f("{}") },
        { index: 3, id: "a", ...f("{}") },
      ],
      [made, made, "a", made].map((id) => ({ id, name: "f", text: "{}" })),
    ],
    [
      "never run into one that has another's index",
      [
        { index: 1, id: "a", ...f('{"x":1}') },
        { index: 1, id: "b", ...f('{"y"', "g") },
        { index: 1, ...more(":2}") },
      ],
      two,
    ],
    [
      "are several without index and id",
      [f("{}"), f("{}", "g")],
      ["f", "g"].map((name) => ({ id: made, name, text: "{}" })),
    ],
    ["may have objects as arguments", [{ index: 0, id: "a", ...f({ x: 1 }) }], [two[0]!]],
  ])("%s", (_, pieces, calls) => {
    const put = putTogether(pieces);
    expect(put).toEqual(calls);
    expect(new Set(put.map(({ id }) => id)).size).toBe(calls.length);
  });

  it("are the same of whole answers", () => {
    const tool_calls = [{ id: "a", ...f({ x: 1 }) }, { id: "a", ...f("{}") }, f("{}")];
    expect(toolCallsOf({ tool_calls })).toMatchObject([
      { id: "a", function: { arguments: '{"x":1}' } },
      { id: made, function: { arguments: "{}" } },
      { id: made },
    ]);
    expect(toolCallsOf({ tool_calls: null })).toEqual([]);
  });

  // Looked for among those before, the next index took minutes, in which no other request was served.
  it("are told apart by the hundred thousand, too", () => {
    const calls = new ToolCalls();
    for (let call = 0; call < 150_000; call++) {
      expect(calls.piece({ index: 0, id: `call_${call}`, ...f("{}") })["index"] === call).toBe(true);
    }
  });
});
