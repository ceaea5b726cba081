import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findModel, MAX_NESTING, withModel } from "../../../server/http/model-splice.js";
import { parseRequestBody } from "../../../server/http/parse-request-body.js";

function splice(text: string, model: string): string {
  const body = Buffer.from(text);
  const place = findModel(body);
  if (place.kind !== "value" && place.kind !== "missing") throw new Error(place.kind);
  return withModel(body, place, model).toString();
}

describe("withModel(findModel())", () => {
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
    const body = Buffer.from(text);
    const place = findModel(body);
    if (place.kind !== "value" && place.kind !== "missing") throw new Error(place.kind);
    const spliced = withModel(body, place, "M", { include_usage: true }).toString();
    expect(spliced).toBe(expected);
    expect(() => JSON.parse(spliced)).not.toThrow();
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

  it("finds what JSON.parse finds, or the body is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ model1e-u006f\n') }), (text) => {
        findModel(Buffer.from(text)); // never throws, whatever the bytes
        const parsed = parseRequestBody(Buffer.from(`{"model":"a",${text}`));
        if (!("json" in parsed)) return;
        const { model } = JSON.parse(withModel(parsed.bytes, parsed.model, "new").toString()) as { model: string };
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
    expect(parseRequestBody(Buffer.from(text))).toMatchObject({ status: 400, type: "invalid_request_error", code });
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
      expect(parseRequestBody(Buffer.from(text))).toMatchObject({ json: JSON.parse(text) });
    }
  });

  it("refuses bytes that are not UTF-8, which a provider could read otherwise", () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(parseRequestBody(body)).toMatchObject({ code: "invalid_json", message: expect.stringContaining("UTF-8") });
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
        const parsed = parseRequestBody(Buffer.from(body));
        expect("code" in parsed ? parsed.code : "fine").toBe(hasTwo ? "duplicate_key" : "fine");
      }),
      { seed: 20261125, numRuns: 1_000 },
    );
  });

  it("names the key and what the field takes", () => {
    expect(parseRequestBody(Buffer.from('{"a":{"b":1,"b":2}}'))).toMatchObject({
      message: expect.stringContaining('"b"'),
    });
    expect(parseRequestBody(Buffer.from('{"stream":"yes"}'))).toMatchObject({
      param: "stream",
      message: "stream: it takes true or false",
    });
  });

  it("puts a model's name in place of null", () => {
    const parsed = parseRequestBody(Buffer.from('{"model":null,"a":1}'));
    if ("code" in parsed) throw new Error(parsed.message);
    expect(withModel(parsed.bytes, parsed.model, "new").toString()).toBe('{"model":"new","a":1}');
  });

  it("never quotes the body, which holds a prompt", () => {
    expect(JSON.stringify(parseRequestBody(Buffer.from('{"messages": "my secret')))).not.toContain("secret");
  });
});
