import fc from "fast-check";
import { expect, it } from "vitest";
import { measureText } from "../../../engine/tokens/token-bounds.js";
import { anyText } from "./sample-texts.js";

const SEED = 20261102;

// In a file of its own, so that nothing is compiled yet when it begins: V8 compiles a function several times, each time
// better, and in Node 24 the middle compiler (Maglev) took `codePointAt` for something else.
it("bounds and estimate of a text stay the same while V8 compiles what finds them", () => {
  const texts = fc.sample(anyText(), { seed: SEED, numRuns: 300 });
  const first: unknown[] = [];
  let differing = 0;
  for (let round = 0; round < 40; round++) {
    for (const [number, text] of texts.entries()) {
      const { lower, upper, estimate } = measureText(text);
      const found = `${lower} ${upper} ${estimate}`;
      if (round === 0) first.push(found);
      else if (found !== first[number]) differing++;
    }
  }
  expect(differing).toBe(0);
});
