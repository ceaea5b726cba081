import { describe, expect, it } from "vitest";
import {
  ALL_TAGS,
  ALL_TAGS_OR_ABSENT,
  ANY_TAG,
  ANY_TAG_OR_ABSENT,
  FAILS,
  HOLDS,
  INSTRUCTION_WORDS,
  IS_TRUE,
  ONE_OF,
  ONE_OF_OR_ABSENT,
  SHARED,
  WITHIN,
} from "../../../engine/compile/decision-tree.js";
import { assembleProgram, ProgramEmitter } from "../../../engine/compile/emit-program.js";
import type { Junction, Literal } from "../../../engine/compile/formula.js";
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

  it("writes a list once that a program asks for twice, and nothing for an empty one", () => {
    const code = new WordBuffer();
    const isListed = (fact: number, ...values: number[]) => literal({ operation: ONE_OF, fact, values });
    const parts = [isListed(1, 4, 6), isListed(2, 4, 6), isListed(3)];
    new ProgramEmitter(code).emit(assembleProgram({ kind: "or", parts }));
    expect(code.length).toBe(2 + 3 * INSTRUCTION_WORDS);
    const places = [2, 8, 14].map((at) => [code.get(at + 1), code.get(at + 2), code.get(at + 3)]);
    expect(places).toEqual([
      [1, 0, 2],
      [2, 0, 2],
      [3, expect.any(Number), 0],
    ]);
  });

  it("tells lists apart that are written alike without the spaces", () => {
    const code = new WordBuffer();
    const parts = [
      [1, 23],
      [12, 3],
    ].map((values) => literal({ operation: ANY_TAG, values }));
    new ProgramEmitter(code).emit(assembleProgram({ kind: "or", parts }));
    expect([...code.toArray()].slice(0, 4)).toEqual([1, 23, 12, 3]);
  });

  it("refers to a memoised predicate by its number, to a shared program by its number and place", () => {
    const code = new WordBuffer();
    const emitter = new ProgramEmitter(code);
    const shared = [7, 8].map((fact) => assembleProgram(literal({ fact })));
    for (const program of shared) emitter.emitShared(program);
    const memo = literal({ operation: IS_TRUE, fact: -1, x: 5 });
    const second = literal({ operation: SHARED, fact: -1, x: 1, holds: false });
    emitter.emit(assembleProgram({ kind: "and", parts: [second, memo] }));
    expect([...code.toArray()]).toEqual([
      ...[WITHIN, 7, 0, 0, HOLDS, FAILS],
      ...[WITHIN, 8, 0, 0, HOLDS, FAILS], // at 6
      ...[IS_TRUE, -1, 5, 0, HOLDS, FAILS], // at 12
      ...[SHARED, -1, 1, 6, FAILS, 12],
    ]);
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

describe("assembleProgram()", () => {
  /** The facts of a program's instructions in the order they are asked: the last is written first. */
  const asked = (...parts: (Literal | Junction)[]) => {
    const { words } = assembleProgram({ kind: "and", parts });
    const facts = words.filter((_, at) => at % INSTRUCTION_WORDS === 1);
    return facts.reverse().join(" ");
  };
  const of = (fact: number, rest: Partial<Literal>): Literal => literal({ fact, ...rest });

  it("asks first what rarely holds, last what costs much", () => {
    const ladder: readonly (readonly (Literal | Junction)[])[] = [
      [of(1, {})],
      [of(2, { operation: ONE_OF_OR_ABSENT }), of(2, { operation: ALL_TAGS_OR_ABSENT })],
      [of(3, { operation: ANY_TAG_OR_ABSENT })],
      [of(4, { y: 3 })],
      [of(5, { holds: false }), of(5, { operation: ONE_OF, holds: false })],
      [of(6, { operation: ANY_TAG, holds: false }), of(6, { operation: ALL_TAGS, holds: false })],
      [of(7, { operation: SHARED })],
      [{ kind: "or", parts: [of(8, {}), of(9, { operation: ONE_OF })] }],
      [of(10, { operation: IS_TRUE })],
    ];
    for (const which of [0, -1]) {
      const parts = ladder.map((step) => step.at(which)!);
      expect(asked(...parts)).toBe("1 2 3 4 5 6 7 8 9 10");
      expect(asked(...parts.toReversed())).toBe("1 2 3 4 5 6 7 8 9 10");
    }
  });

  it("asks a junction as late as the costliest of its parts", () => {
    const cheap = [of(1, {}), of(2, { operation: ONE_OF })];
    const costly = [of(3, {}), of(4, { operation: IS_TRUE })];
    const junctions: readonly Junction[] = [costly, cheap].map((parts) => ({ kind: "or", parts }));
    expect(asked(...junctions)).toBe("1 2 3 4");
    expect(asked(...junctions.toReversed())).toBe("1 2 3 4");
  });
});
