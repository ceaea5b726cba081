import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BodyChanges } from "../../../../server/dispatch/dispatch-request.js";
import { withModel } from "../../../../server/http/body/model-splice.js";
import { parseRequestBody } from "../../../../server/http/body/parse-request-body.js";
import { MAX_ENTRIES, MAX_NESTING, MAX_VALUES, scanBody } from "../../../../server/http/body/scan-body.js";
import { BufferList } from "../../../../server/json/buffer-list.js";
import { defined } from "../../../../server/json/json.js";

function splice(text: string, model: string): string {
  return spliced(Buffer.from(text), model).toString();
}

/** @param cuts where the body is cut into pieces. */
function spliced(body: Buffer, model: string, changes?: BodyChanges, cuts: readonly number[] = []): Buffer {
  const scan = scanBody(body);
  if (scan.kind !== "object") throw new Error(scan.kind);
  const edges = [0, ...[...cuts].sort((a, b) => a - b), body.length];
  const pieces = edges.slice(1).map((edge, index) => body.subarray(edges[index], edge));
  return Buffer.concat(withModel(new BufferList(pieces), scan, model, changes).pieces);
}

const parse = (body: string | Buffer) => parseRequestBody(new BufferList([Buffer.from(body as string)]));

describe("withModel(scanBody())", () => {
  it.each([
    ['{"model":"auto"}', '{"model":"M"}'],
    ['{ "a": 1.0, "model" : "auto" , "b": [1e2] }', '{ "a": 1.0, "model" : "M" , "b": [1e2] }'],
    ['{"n":12345678901234567890,"model":"a\\"}{","x":-0.0E+1}', '{"n":12345678901234567890,"model":"M","x":-0.0E+1}'],
    ['{"m\\u006fdel":"auto"}', '{"m\\u006fdel":"M"}'],
    ['{"messages":[{"model":"inner"}],"model":"auto"}', '{"messages":[{"model":"inner"}],"model":"M"}'],
    ['{"a":"\\\\","model":"auto"}', '{"a":"\\\\","model":"M"}'],
    ['{"a":"\\\\\\"model\\":1","model":"auto"}', '{"a":"\\\\\\"model\\":1","model":"M"}'],
    ['\n\t{\r\n"model"\n:\n"auto"\n}\n', '\n\t{\r\n"model"\n:\n"M"\n}\n'],
    ['{"a":"é\u{1f600}","model":"ü"}', '{"a":"é\u{1f600}","model":"M"}'],
    ['{"messages":[]}', '{"model":"M","messages":[]}'],
    ["{ }", '{"model":"M" }'],
    ["{}", '{"model":"M"}'],
    ['{"a":{"b":{"c":[1,"}",{"d":"]"}]}},"model":"auto"}', '{"a":{"b":{"c":[1,"}",{"d":"]"}]}},"model":"M"}'],
  ])("%s becomes %s", (text, expected) => {
    expect(splice(text, "M")).toBe(expected);
  });

  it.each([
    ['{"model":"auto","stream":true}', '{"stream_options":{"include_usage":true},"model":"M","stream":true}'],
    ['{ "stream_options" : null, "model":"a"}', '{ "stream_options" : {"include_usage":true}, "model":"M"}'],
    ['{"model":"a", "stream_options":{"x":1.0}}', '{"model":"M", "stream_options":{"include_usage":true}}'],
    ['{"n":1e2}', '{"stream_options":{"include_usage":true},"model":"M","n":1e2}'],
    ["{ }", '{"stream_options":{"include_usage":true},"model":"M" }'],
  ])("with options for streams %s becomes %s", (text, expected) => {
    const sent = spliced(Buffer.from(text), "M", { streamOptions: { include_usage: true } }).toString();
    expect(sent).toBe(expected);
    expect(() => JSON.parse(sent)).not.toThrow();
  });

  it.each([
    ['{"stream_options":{}}', '{"model":"M"}'],
    ['{ "stream_options" : {"a":[1,2]} , "model":"a" }', '{ "model":"M" }'],
    ['{"model":"a" , "stream_options":{}\n}', '{"model":"M"\n}'],
    ['{"a":1,"stream_options":{},"b":1.0}', '{"model":"M","a":1,"b":1.0}'],
    ['{"stream_options":{}, "a":1}', '{"model":"M","a":1}'],
    ['{"a":1, "stream_options":null }', '{"model":"M","a":1}'],
    ['{"a":{"stream_options":1}}', '{"model":"M","a":{"stream_options":1}}'],
    ['{"max_completion_tokens" : 5e0,"stream_options":1,"model":"a"}', '{"max_tokens" : 5e0,"model":"M"}'],
    ['{"stream_options":1,"model":"a","max_c\\u006fmpletion_tokens":5}', '{"model":"M","max_tokens":5}'],
  ])("without them, and with the older name of the limit, %s becomes %s", (text, expected) => {
    const sent = spliced(Buffer.from(text), "M", { streamOptions: null, legacyMaxTokens: true }).toString();
    expect(sent).toBe(expected);
    expect(() => JSON.parse(sent)).not.toThrow();
  });

  it("writes a name that needs escapes as JSON", () => {
    expect(JSON.parse(splice('{"model":"auto"}', 'a"b\\c\u2028'))).toEqual({ model: 'a"b\\c\u2028' });
  });

  it("changes the model and nothing else, for any object in any layout", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 4 })),
        fc.option(fc.string({ unit: "binary" })),
        fc.integer({ min: 0, max: 3 }),
        fc.string({ unit: "binary" }),
        (others, model, indent, name) => {
          const { __proto__: _, ...rest } = others;
          delete rest["model"];
          const value = model === null ? rest : { ...rest, model };
          expect(JSON.parse(splice(JSON.stringify(value, undefined, indent), name))).toEqual({ ...rest, model: name });
        },
      ),
      { seed: 20261125, numRuns: 500 },
    );
  });

  it("does the same to a body in pieces, wherever it is cut, and leaves the body alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "model", "stream_options", "max_completion_tokens"), fc.nat(70_000)), {
          maxLength: 4,
        }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        fc.constantFrom<BodyChanges | undefined>(
          undefined,
          { streamOptions: { include_usage: true } },
          { streamOptions: null, legacyMaxTokens: true },
        ),
        (entries, places, changes) => {
          const object = Object.fromEntries(entries.map(([key, length]) => [key, "x".repeat(length)]));
          const body = Buffer.from(JSON.stringify(object));
          const cuts = places.map((place) => Math.floor(place * body.length));
          const sent = spliced(body, "M", changes);
          expect(spliced(body, "M", changes, cuts).equals(sent)).toBe(true);
          const { stream_options: options, max_completion_tokens: limit, ...others } = object;
          const rest = { ...others, ...(changes?.streamOptions === null ? {} : defined({ stream_options: options })) };
          const limits = defined({
            [changes?.legacyMaxTokens === true ? "max_tokens" : "max_completion_tokens"]: limit,
          });
          const asked = changes?.streamOptions ? { stream_options: changes.streamOptions } : {};
          expect(JSON.parse(sent.toString())).toEqual({ ...rest, ...limits, ...asked, model: "M" });
          expect(body.toString()).toBe(JSON.stringify(object));
        },
      ),
      { seed: 20261125, numRuns: 500 },
    );
  });

  it("finds what JSON.parse finds, or the body is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ model1e-u006f\n') }), (text) => {
        scanBody(Buffer.from(text)); // never throws, whatever the bytes
        const parsed = parse(`{"model":"a",${text}`);
        if (!("json" in parsed)) return;
        const sent = withModel(parsed.bytes, parsed.places, "new").pieces.join("");
        const { model } = JSON.parse(sent) as {
          model: string;
        };
        expect(model).toBe("new");
      }),
      { seed: 20261125, numRuns: 2_000 },
    );
  });
});

describe("parseRequestBody()", () => {
  const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  it.each([
    ["", "invalid_json"],
    ["[]", "invalid_json"],
    ["null", "invalid_json"],
    ['"text"', "invalid_json"],
    ['{"a":1}{"b":2}', "invalid_json"],
    ["{'a':1}", "invalid_json"],
    ['{"model":"a","model":"b"}', "duplicate_key"],
    ['{"model":"a","mod\\u0065l":"b"}', "duplicate_key"],
    ['{"messages":[],"messages":[]}', "duplicate_key"],
    ['{"messages":[{"role":"user","content":"hi","content":[]}]}', "duplicate_key"],
    ['{"metadata":{"tags":"a","t\\u0061gs":"b"}}', "duplicate_key"],
    ['{"tools":[{"function":{"parameters":{"a":{"b":1,"c":{},"b":[]}}}}]}', "duplicate_key"],
    ['{"a":{"__proto__":1,"__proto__":2}}', "duplicate_key"],
    ['{"stream":"yes"}', "invalid_request"],
    ['{"stream":1}', "invalid_request"],
    ['{"Stream":true}', "invalid_request"],
    ['{"model":"a","MODEL":"b"}', "invalid_request"],
    ['{"\u017ftream":true}', "invalid_request"], // servers in Go read it as `stream`
    ['{"me\\u017fsages":[]}', "invalid_request"],
    ['{"Previous_Response_ID":"resp_1"}', "invalid_request"],
    ['{"messages":[{"role":"user","Content":"hi"}]}', "invalid_request"],
    ['{"messages":[{"role":"assistant","Tool_Calls":[]}]}', "invalid_request"],
    ['{"messages":[{"role":"assistant","Reasoning":"hi"}]}', "invalid_request"],
    ['{"prompt":"a","Suffix":"b"}', "invalid_request"],
    ['{"messages":[{"content":[{"Type":"image_url","image_URL":{}}]}]}', "invalid_request"],
    ['{"messages":[{"content":[{"type":"tool_result","content":[{"TYPE":"image"}]}]}]}', "invalid_request"],
    ['{"input":[{"type":"function_call_output","output":[{"type":"input_image","Image_Url":""}]}]}', "invalid_request"],
    ['{"response_format":{"Type":"json_schema"}}', "invalid_request"],
    ['{"text":{"format":{"Type":"json_schema"}}}', "invalid_request"],
    ['{"tools":{}}', "invalid_request"],
    ['{"functions":"f"}', "invalid_request"],
    ['{"response_format":"json_schema"}', "invalid_request"],
    ['{"metadata":"tags"}', "invalid_request"],
    ['{"messages":{}}', "invalid_request"],
    ['{"messages":["hi"]}', "invalid_request"],
    ['{"messages":[{"content":{"type":"image_url"}}]}', "invalid_request"],
    ['{"model":5}', "invalid_model"],
    ['{"max_tokens":"10"}', "invalid_max_tokens"],
    ['{"max_tokens":1.5}', "invalid_max_tokens"],
    ['{"max_tokens":-1}', "invalid_max_tokens"],
    ['{"max_tokens":1,"max_completion_tokens":1e9}', "invalid_max_tokens"],
    ['{"max_output_tokens":[]}', "invalid_max_tokens"],
    [nested(MAX_NESTING + 1), "invalid_json"],
    [nested(1_000_000), "invalid_json"],
  ])("refuses %.40s as %s", (text, code) => {
    expect(parse(text)).toMatchObject({ status: 400, type: "invalid_request_error", code });
  });

  const keys = (count: number) => Array.from({ length: count }, (_, number) => `"k${number}":1`).join(",");
  it.each([
    ["keys", (count: number) => `{${keys(count)}}`],
    ["keys of an object", (count: number) => `{"metadata":{${keys(count - 2)}}}`],
    [
      "objects",
      (count: number) =>
        `{"a":[${Array(count - 2)
          .fill("{}")
          .join(",")}]}`,
    ],
    [
      "lists",
      (count: number) =>
        `{"a":[${Array(count - 2)
          .fill("[]")
          .join(",")}]}`,
    ],
    [
      "messages",
      (count: number) =>
        `{"messages":[${Array((count - 2) / 2)
          .fill('{"a":1}')
          .join(",")}]}`,
    ],
  ])("refuses a body of very many %s, which would take the time of others", (_, body) => {
    expect(parse(body(MAX_ENTRIES))).toHaveProperty("json");
    expect(parse(body(MAX_ENTRIES + 2))).toMatchObject({
      ...{ status: 400, code: "invalid_json" },
      message:
        "the request body holds more than 100000 keys, lists and objects, or more than 1000000 values; send fewer",
    });
  });

  it.each([
    ["texts", '""'],
    ["tokens", "1"],
  ])("refuses lists of very many %s", (_, value) => {
    const body = (count: number) => `{"model":"m","input":[${Array(count).fill(value).join(",")}]}`;
    expect(parse(body(MAX_VALUES - 1))).toHaveProperty("json");
    expect(parse(body(MAX_VALUES))).toMatchObject({ status: 400, code: "invalid_json" });
  });

  it("takes any other object: nested up to the limit, with odd keys, without a model", () => {
    for (const text of [
      "{}",
      '{"model":null}',
      '{"max_tokens":null,"max_completion_tokens":5}',
      nested(MAX_NESTING),
      '{"__proto__":1,"constructor":2}',
      '{"a":"é"}',
      '{"a":{"x":1,"y":{"x":1}},"b":[{"x":1},{"x":[{"x":": {,"}]}]}',
      '{"temperature":"hot","stream":null,"tools":null,"messages":[{"content":null},{}]}',
    ]) {
      expect(parse(text)).toMatchObject({ json: JSON.parse(text) });
    }
  });

  it("refuses bytes that are not UTF-8, which a provider could read otherwise", () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(parse(body)).toMatchObject({ code: "invalid_json", message: expect.stringContaining("UTF-8") });
  });

  it("finds a key that is written twice, at any depth and however it is written, and no other", () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab"\\{}[]:,\u0001é'), maxLength: 4 });
    const entries = fc.array(fc.tuple(text, text), { maxLength: 3 });
    const write = (list: readonly [string, string][]) =>
      `{${list.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(" , ")}}`;
    fc.assert(
      fc.property(entries, entries, fc.string({ unit: "binary" }), (first, second, prompt) => {
        const body = `{"messages":[{"content":${JSON.stringify(prompt)}}],"a":[${write(first)},{"b":${write(second)}}]}`;
        const hasTwo = [first, second].some((list) => new Set(list.map(([key]) => key)).size < list.length);
        const parsed = parse(body);
        expect("code" in parsed ? parsed.code : "fine").toBe(hasTwo ? "duplicate_key" : "fine");
      }),
      { seed: 20261125, numRuns: 1_000 },
    );
  });

  it("names the key and what the field takes", () => {
    expect(parse('{"a":{"b":1,"b":2}}')).toMatchObject({
      message: expect.stringContaining('"b"'),
    });
    expect(parse('{"stream":"yes"}')).toMatchObject({
      param: "stream",
      message: "stream: it takes true or false",
    });
  });

  it("puts a model's name in place of null", () => {
    const parsed = parse('{"model":null,"a":1}');
    if ("code" in parsed) throw new Error(parsed.message);
    expect(withModel(parsed.bytes, parsed.places, "new").pieces.join("")).toBe('{"model":"new","a":1}');
  });

  it("never quotes the body, which holds a prompt", () => {
    expect(JSON.stringify(parse('{"messages": "my secret'))).not.toContain("secret");
  });
});
