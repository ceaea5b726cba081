import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dataOf,
  EventTooLarge,
  MAX_EVENT_BYTES,
  SseSplitter,
} from "../../../../server/dispatch/answers/sse-splitter.js";

describe("SseSplitter", () => {
  const split = (pieces: readonly Buffer[]) => {
    const splitter = new SseSplitter();
    const events = pieces.flatMap((piece) => splitter.push(piece).map(String));
    return { events, tail: splitter.tail.toString() };
  };

  it.each(["\n", "\r\n", "\r"])("finds the same events wherever the bytes are cut, lines ending in %j", (end) => {
    const lines = ["data: é\u{1f600}", "", ": comment", "", "event: x", "data: 1", "data: 2", "", "", "data: tail"];
    const bytes = Buffer.from(lines.join(end));
    const whole = split([bytes]);
    expect(whole.events.map((event) => dataOf(Buffer.from(event)))).toEqual([
      "é\u{1f600}",
      undefined,
      "1\n2",
      undefined,
    ]);
    for (let first = 0; first <= bytes.length; first++) {
      for (const second of [first, Math.min(first + 1, bytes.length), bytes.length]) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(split(pieces)).toEqual(whole);
      }
    }
  });

  it("reads the first event behind a byte order mark", () => {
    expect(dataOf(Buffer.from("\ufeffdata: 1\n\n"))).toBe("1");
  });

  it("loses and changes no byte", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "\n", "\r", ":", "é") })), (pieces) => {
        const { events, tail } = split(pieces.map((piece) => Buffer.from(piece)));
        expect(events.join("") + tail).toBe(pieces.join(""));
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  // Joining at each piece would copy 2 GiB here; the test's own time limit would show it.
  it("takes a large event in many pieces, and refuses one beyond 16 MiB", () => {
    const splitter = new SseSplitter();
    const piece = Buffer.alloc(64 * 1024, 0x61);
    expect(() => {
      for (let bytes = 0; bytes <= MAX_EVENT_BYTES; bytes += piece.length) splitter.push(piece);
    }).toThrow(EventTooLarge);
  });
});
