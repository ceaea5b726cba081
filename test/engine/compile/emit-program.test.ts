import { describe, expect, it } from "vitest";
import { ANY_TAG, FAILS, HOLDS, ONE_OF, WITHIN } from "../../../engine/compile/decision-tree.js";
import { assembleProgram, ProgramEmitter } from "../../../engine/compile/emit-program.js";
import type { Literal } from "../../../engine/compile/formula.js";
import { WordBuffer } from "../../../engine/compile/word-buffer.js";
import { all, any, is } from "../explain/harness.js";
import { compile, decided, setOf } from "./harness.js";

const literal = (rest: Partial<Literal>): Literal => {
  return { kind: "literal", operation: WITHIN, fact: 0, x: 0, y: 0, values: [], holds: true, ...rest };
};

describe("emit()", () => {
  it("writes lists first, each once, then the instructions from the last to the first", () => {
    const code = new WordBuffer();
    const emitter = new ProgramEmitter(code);
    const isOne = literal({ operation: ONE_OF, fact: 1, values: [2, 5] });
    const hasTag = literal({ operation: ANY_TAG, fact: 2, values: [7], holds: false });
    const isThree = literal({ fact: 3, x: 3 });
    const start = emitter.emit(
      assembleProgram({ kind: "or", parts: [{ kind: "and", parts: [isOne, isThree] }, hasTag] }),
    );
    const lists = [2, 5, 7];
    expect([...code.toArray()]).toEqual([
      ...lists,
      ...[ONE_OF, 1, 0, 2, HOLDS, FAILS], // at 3
      ...[WITHIN, 3, 3, 0, 3, FAILS], // at 9
      ...[ANY_TAG, 2, 2, 1, 9, HOLDS], // at 15
    ]);
    expect(start).toBe(15);
    const again = emitter.emit(assembleProgram(isOne));
    expect([...code.toArray().subarray(again)]).toEqual([ONE_OF, 1, 0, 2, HOLDS, FAILS]);
  });

  it("tells the many lists of one rule apart", () => {
    const numbers = Array.from({ length: 14 }, (_, at) => at);
    const pairs = numbers.map((at) => all(is("tenant", `t${at}`, `t${at + 1}`), is("app", `a${at}`, `b${at}`)));
    const policy = compile(setOf([any(...pairs)]));
    for (const at of numbers) {
      const apps = numbers.filter((app) => decided(policy, { tenant: `t${at}`, app: `b${app}` }) === "route r0");
      expect(apps).toEqual(at === 0 ? [0] : [at - 1, at]);
    }
  });

  it("writes nothing when there is nothing to ask", () => {
    const code = new WordBuffer();
    const emitter = new ProgramEmitter(code);
    expect([emitter.emit(assembleProgram(true)), emitter.emit(assembleProgram(false)), code.length]).toEqual([
      HOLDS,
      FAILS,
      0,
    ]);
  });
});
