import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRequestBody } from "../../../server/http/body/parse-request-body.js";
import { LONG_TEXT, scanBody } from "../../../server/http/body/scan-body.js";
import { BufferList } from "../../../server/json/buffer-list.js";
import { LateText, listEntry, type TextPlace, unreadEntry } from "../../../server/json/late-text.js";
import { parseJson } from "../../../server/json/parse-json.js";

/** So short that generated strings are long, and longer than the mark of one. */
const LONG = 12;
type Parse = (body: Buffer) => unknown;
const parseWith = (body: Buffer, places: readonly TextPlace[]) => parseJson(body, places, new BufferList([body])).value;

function longTexts(body: Buffer): readonly TextPlace[] {
  const scan = scanBody(body, LONG);
  return scan.kind === "object" ? scan.longTexts : [];
}

/** A JSON object, then a few faults: something left out, put in, doubled, or in the place of something else. */
const written = fc
  .tuple(
    fc.dictionary(
      fc.string({ unit: fc.constantFrom(...'ab\\"_é\n'), maxLength: 9 }),
      fc.letrec((tie) => ({
        value: fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          fc.string({ unit: fc.constantFrom(...'abcdef \\"\n\u0000\u0001{}[]:,é你\u{1f600}\ud83d'), maxLength: 24 }),
          fc.constantFrom(0, -1.5e30, true, null, "\u00000", "\u00001abcdefgh"),
          fc.array(tie("value"), { maxLength: 3 }),
          fc.dictionary(fc.constantFrom("a", "b", "__proto__", "long key here", "0", "7"), tie("value"), {
            maxKeys: 3,
          }),
        ),
      })).value,
      { maxKeys: 4 },
    ),
    fc.constantFrom(undefined, 1, "\t"),
    fc.boolean(),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        length: fc.integer({ min: 0, max: 3 }),
        put: fc.constantFrom(
          "",
          '"',
          "\\",
          '\\"',
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "\n",
          "\u0001",
          "\\u00",
          "\\x",
          "12",
          " ",
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([object, indent, isAscii, faults]) => {
    let text = JSON.stringify(object, undefined, indent);
    if (isAscii)
      text = text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
    for (const { at, length, put } of faults) {
      const from = Math.floor(at * text.length);
      text = text.slice(0, from) + put + text.slice(from + length);
    }
    return Buffer.from(text);
  });

function outcome(parse: Parse, body: Buffer): unknown {
  try {
    return { value: parse(body) };
  } catch (error) {
    if (error instanceof SyntaxError) return "refused";
    throw error;
  }
}

const agrees = (parse: Parse) =>
  fc.property(written, (body) => {
    const plain = outcome((bytes) => JSON.parse(bytes.toString()), body);
    expect(outcome(parse, body)).toEqual(plain);
  });
const options = { seed: 20261125, numRuns: 20_000 };

describe("parseJson()", () => {
  it("takes what JSON.parse takes and finds the same in it, whole or with faults", () => {
    const seen = { late: 0, valid: 0, refused: 0 };
    fc.assert(
      agrees((body) => {
        const places = longTexts(body);
        try {
          const value = parseWith(body, places);
          seen.valid++;
          if (places.length > 0) seen.late++;
          return value;
        } catch (error) {
          seen.refused++;
          throw error;
        }
      }),
      options,
    );
    console.log("parseJson, seed 20261125:", seen);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(2_000);
  });

  /** The strings of a text by their quotes alone. */
  const strings = (body: Buffer): TextPlace[] => {
    const text = body.toString();
    return [...text.matchAll(/"(?:[^"\\]|\\.)*"/gs)]
      .map(({ 0: json, index }) => [Buffer.byteLength(text.slice(0, index)), Buffer.byteLength(json), json] as const)
      .filter(([, length]) => length >= LONG)
      .map(([start, length, json]) => ({ start, end: start + length, bytes: 0, hasEscapes: json.includes("\\") }));
  };
  const isKey = (body: Buffer, { end }: TextPlace) => /^\s*:/.test(body.toString("utf8", end));
  const isValid = (body: Buffer, { start, end }: TextPlace) => {
    const json = body.toString("utf8", start, end);
    return outcome(() => JSON.parse(json), body) !== "refused";
  };

  it.each<[string, (body: Buffer) => readonly TextPlace[]]>([
    ["does not look at what is in a text", (body) => strings(body).filter((place) => !isKey(body, place))],
    ["takes keys for texts", (body) => strings(body).filter((place) => isValid(body, place))],
    [
      "does not see a short text that looks like the mark of a long one",
      (body) => strings(body).filter((place) => !isKey(body, place) && isValid(body, place)),
    ],
    [
      "reads a long text as if it had no escapes",
      (body) => longTexts(body).map((place) => ({ ...place, hasEscapes: false })),
    ],
  ])("is compared well enough to catch one that %s", (_, places) => {
    expect(
      fc.check(
        agrees((body) => parseWith(body, places(body))),
        options,
      ).failed,
    ).toBe(true);
  });

  it("leaves a long text in its bytes until it is read, and then gives it to everybody", () => {
    const long = `${"a".repeat(LONG_TEXT)}\n"é`;
    const object = { messages: [{ role: "user", content: long }], prompt: long, list: [long] };
    const parsed = parseRequestBody(new BufferList([Buffer.from(JSON.stringify(object))]));
    if ("code" in parsed) throw new Error(parsed.message);
    const { json } = parsed;
    const [message] = json["messages"] as [Record<string, unknown>];
    expect(unreadEntry(message, "content")).toBeInstanceOf(LateText);
    expect(unreadEntry(message, "content")).toHaveProperty("bytes", Buffer.byteLength(long));
    expect(listEntry(message, "content")).toEqual([]);
    expect(unreadEntry(message, "role")).toBe("user");
    expect(message["content"]).toBe(long);
    expect({ ...json }).toEqual(object);
    expect(JSON.parse(JSON.stringify(json))).toEqual(object);
  });
});

describe("LateText", () => {
  const unit = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(..."abc def") },
    { weight: 1, arbitrary: fc.constantFrom("\\", '"', "\n", "é", "你", "\u{1f600}", "\u0001", "\\u0041", "\ud83d") },
  );
  const late = (text: string, isAscii: boolean) => {
    const plain = JSON.stringify(text);
    const json = isAscii
      ? plain.replaceAll(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : plain;
    const bytes = Buffer.from(json);
    return new LateText(new BufferList([bytes]), {
      start: 0,
      end: bytes.length,
      bytes: Buffer.byteLength(text),
      hasEscapes: json.includes("\\"),
    });
  };

  it("gives the beginning as reading all of it would", () => {
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), fc.boolean(), fc.nat(40), (text, isAscii, length) => {
        expect(late(text, isAscii).startOf(length)).toBe(text.slice(0, length));
        expect(late(text, isAscii).text).toBe(text);
      }),
      { seed: 20261125, numRuns: 5_000 },
    );
  });

  it("gives a part of itself as a window, whatever stands there", () => {
    fc.assert(
      fc.property(
        fc.string({ unit, minLength: 1, maxLength: 80 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, isAscii, place) => {
          const window = late(text, isAscii).windowAround(place, 16);
          expect(window.length).toBeLessThanOrEqual(16);
          if (JSON.stringify(text) === `"${text}"` && (!isAscii || /^[\0-\x7f]*$/.test(text)))
            expect(text).toContain(window);
        },
      ),
      { seed: 20261125, numRuns: 5_000 },
    );
  });
});
