import { afterEach, describe, expect, it, vi } from "vitest";
import { WordBuffer } from "../../../engine/compile/word-buffer.js";

describe("WordBuffer", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("gives places one behind the other, and keeps what is written while it grows", () => {
    const buffer = new WordBuffer();
    const list = Array.from({ length: 5_000 }, (_, at) => at * 3);
    expect([
      buffer.push(7, 8),
      buffer.pushAll(list),
      buffer.reserve(2),
      buffer.reserve(2, -1),
      buffer.reserve(1),
    ]).toEqual([0, 2, 5_002, 5_004, 5_006]);
    buffer.set(5_003, 9);
    expect([...buffer.toArray()]).toEqual([7, 8, ...list, 0, 9, -1, -1, 0]);
    expect([buffer.get(1), buffer.get(5_001), buffer.length]).toEqual([8, 14_997, 5_007]);
  });

  it("moves its words only when they have become twice as many", () => {
    const moves = vi.spyOn(Int32Array.prototype, "set");
    const buffer = new WordBuffer();
    for (let word = 0; word < 16_384; word++) buffer.reserve(1);
    // From room for 1,024 to room for all.
    expect(moves).toHaveBeenCalledTimes(4);
  });
});
