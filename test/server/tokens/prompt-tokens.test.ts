import fc from "fast-check";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { type TokenBounds, tokenBounds } from "../../../engine/tokens/token-bounds.js";
import { needsExactCount, type TokenThresholds } from "../../../engine/tokens/token-thresholds.js";
import { wholeText } from "../../../server/json/late-text.js";
import { createTokenCounter } from "../../../server/tokens/create-token-counter.js";
import { flatTokens, promptParts } from "../../../server/tokens/prompt-parts.js";
import { PromptSize } from "../../../server/tokens/prompt-size.js";
import { promptTokens } from "../../../server/tokens/prompt-tokens.js";
import { anyText, proseSamples } from "../../engine/tokens/sample-texts.js";

const english = proseSamples["English"]!;
const cutAt = (...cuts: number[]): TokenThresholds => ({ cuts, windows: [], alwaysExact: false });
const bodyOf = (content: unknown) => ({ messages: [{ role: "user", content }] });
/** Of a body with one user message: 3 for the message, 1 for its role, 3 for the reply. */
const FRAME = 7;

async function measure(
  body: Readonly<Record<string, unknown>>,
  thresholds: TokenThresholds,
  maxOutputTokens?: number,
  maxCharacters?: number,
) {
  const counter = createTokenCounter({
    runIn: "main",
    timeLimitMs: 60_000,
    ...(maxCharacters === undefined ? {} : { maxCharacters }),
  });
  const matters = (bounds: TokenBounds) => needsExactCount(thresholds, bounds, maxOutputTokens);
  const found = await promptTokens({ prompt: new PromptSize(body), matters, counter });
  return { ...found, stats: counter.stats() };
}

describe("promptTokens()", () => {
  const exact = countTokens(english) + FRAME;

  it("estimates when no cut lies between the bounds, and counts nothing", async () => {
    const found = await measure(bodyOf(english), cutAt(1, 1_000_000));
    expect(found.source).toBe("estimate");
    expect(found.lower).toBeLessThanOrEqual(found.value);
    expect(found.upper).toBeGreaterThanOrEqual(found.value);
    expect(Math.abs(found.value - exact)).toBeLessThan(exact / 10);
    expect(found.stats).toEqual({ requests: 1, exactNeeded: 0, bounded: 0 });
  });

  it("counts exactly when a cut lies between the bounds", async () => {
    const found = await measure(bodyOf(english), cutAt(exact));
    expect(found).toMatchObject({ value: exact, source: "exact", stats: { requests: 1, exactNeeded: 1, bounded: 0 } });
  });

  it("counts exactly when prompt and answer may or may not fit a window", async () => {
    const windows = { cuts: [], windows: [1_000], alwaysExact: false };
    expect(await measure(bodyOf(english), windows)).toMatchObject({ source: "estimate" });
    expect(await measure(bodyOf(english), windows, 1_000 - exact)).toMatchObject({ value: exact, source: "exact" });
  });

  it("takes the upper bound, and says so, when the exact count is not to be had", async () => {
    const found = await measure(bodyOf(english), cutAt(exact), undefined, 10);
    expect(found).toMatchObject({ value: found.upper, source: "bounds", stats: { bounded: 1 } });
    expect(found.upper).toBe(tokenBounds(english).upper + FRAME);
    expect(found.upper).toBeGreaterThan(exact);
  });

  it("calls bounds that meet exact", async () => {
    expect(await measure(bodyOf(" the 123"), cutAt(9))).toMatchObject({ value: 2 + 1 + FRAME, source: "exact" });
  });

  it("is on the same side of every cut as the exact count, for any text and any cuts", async () => {
    const sources = { estimate: 0, exact: 0, bounds: 0 };
    const counter = createTokenCounter({ runIn: "main", timeLimitMs: 60_000 });
    await fc.assert(
      fc.asyncProperty(
        anyText(4),
        fc.array(fc.double({ min: 0.3, max: 3, noNaN: true }), { maxLength: 3 }),
        async (text, at) => {
          const reference = countTokens(text.replaceAll("\ufeff", ""), { disallowedSpecial: new Set() }) + FRAME;
          const cuts = [...new Set(at.map((ratio) => Math.max(1, Math.round(ratio * reference))))].sort(
            (a, b) => a - b,
          );
          const body = bodyOf(text.replaceAll("\ufeff", ""));
          const { value, source, lower, upper } = await promptTokens({
            prompt: new PromptSize(body),
            matters: (bounds) => needsExactCount(cutAt(...cuts), bounds, undefined),
            counter,
          });
          sources[source]++;
          expect(lower <= reference && reference <= upper).toBe(true);
          expect(cuts.map((cut) => value >= cut)).toEqual(cuts.map((cut) => reference >= cut));
        },
      ),
      { seed: 20261105, numRuns: 1_000 },
    );
    console.log("promptTokens: sources", sources);
    expect(Math.min(sources.estimate, sources.exact)).toBeGreaterThan(100);
    expect(sources.bounds).toBe(0);
  });
});

describe("promptParts()", () => {
  it("frames messages, names and the reply as OpenAI documents", () => {
    expect(
      promptParts({
        messages: [
          { role: "system", name: "guide", content: "Be brief." },
          { role: "user", content: [{ type: "text", text: "Hello" }] },
        ],
      }),
    ).toEqual({ texts: ["guide", "Be brief.", "Hello"], fixedTokens: 3 + 1 + 3 + 3 + 2 });
  });

  it("gives the figures of OpenAI's own example", () => {
    // The cookbook's messages, for which it prints 124 tokens with gpt-4o.
    const system = (content: string, name?: string) => ({
      role: "system",
      ...(name === undefined ? {} : { name }),
      content,
    });
    const { texts, fixedTokens } = promptParts({
      messages: [
        system("You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
        system("New synergies will help drive top-line growth.", "example_user"),
        system("Things working well together will increase revenue.", "example_assistant"),
        system(
          "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
          "example_user",
        ),
        system("Let's talk later when we're less busy about how to do better.", "example_assistant"),
        {
          role: "user",
          content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
        },
      ],
    });
    expect(texts.reduce((sum, text) => sum + countTokens(wholeText(text)), fixedTokens)).toBe(124);
  });

  it("counts a role that is one token as that, and any other as text", () => {
    const roles = ["system", "developer", "user", "assistant", "tool", "function"];
    for (const role of roles) {
      expect(promptParts({ messages: [{ role }] })).toEqual({ texts: [], fixedTokens: 3 + 3 + 1 });
      expect(countTokens(role)).toBe(1);
    }
    expect(promptParts({ messages: [{ role: "narrator" }] })).toEqual({ texts: ["narrator"], fixedTokens: 3 + 3 });
  });

  it("takes flat amounts for images, audio and files, whatever their size", () => {
    const data = "A".repeat(100_000);
    const image = (detail?: string) => ({
      type: "image_url",
      image_url: { url: `data:image/png;base64,${data}`, detail },
    });
    const { texts, fixedTokens } = promptParts(
      bodyOf([
        image(),
        image("low"),
        { type: "input_audio", input_audio: { data, format: "wav" } },
        { type: "file", file: { file_data: data } },
      ]),
    );
    expect(texts).toEqual([]);
    expect(fixedTokens).toBe(7 + flatTokens.image + flatTokens.imageLowDetail + flatTokens.audio + flatTokens.file);
  });

  it("counts files that say that they are text, as it stands in them", () => {
    const file = (file_data: string) => ({ type: "file", file: { file_data } });
    const { texts, fixedTokens } = promptParts(
      bodyOf([
        file(`data:text/plain;name=${"n".repeat(200)};base64,${Buffer.from("Grüße").toString("base64")}`),
        file(`data:application/json;charset=utf-8;base64,${Buffer.from("[1]").toString("base64")}`),
        file("data:text/csv,a;base64,b"),
        file("data:application/pdf;base64,text"),
      ]),
    );
    expect(texts).toEqual(["Grüße", "[1]", "a;base64,b"]);
    expect(fixedTokens).toBe(7 + flatTokens.file);
  });

  it("counts tools, tool calls, a schema for the answer and parts it does not know", () => {
    const tool = { type: "function", function: { name: "add", parameters: { type: "object" } } };
    expect(
      promptParts({
        messages: [
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "c1", type: "function", function: { name: "add", arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "c1", content: "3" },
          { role: "user", content: [{ type: "poem", lines: 2 }] },
        ],
        tools: [tool],
        response_format: { type: "json_schema", json_schema: { name: "sum" } },
      }),
    ).toEqual({
      texts: [
        "add",
        "{}",
        "c1",
        "3",
        '{"type":"poem","lines":2}',
        '{"name":"add","parameters":{"type":"object"}}',
        '{"name":"sum"}',
      ],
      fixedTokens: 3 + 3 * (3 + 1) + 3 + 7 + 12,
    });
  });

  it.each([[null], ["text"], [[]], [{ messages: "none" }], [{ messages: [null, 3, { content: 5 }] }]])(
    "adds nothing for what has not OpenAI's form: %j",
    (body) => {
      expect(promptParts(body).texts).toEqual([]);
    },
  );
});
