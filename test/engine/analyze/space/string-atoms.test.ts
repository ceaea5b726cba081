import { describe, expect, it } from "vitest";
import { patternOfGlob, patternOfPrefix } from "../../../../engine/analyze/space/pattern-tree.js";
import { classesOfOthers } from "../../../../engine/analyze/space/string-atoms.js";
import { evaluateCondition } from "../../../../engine/evaluate/evaluate-condition.js";
import { Random } from "../../../differential/random.js";
import { seed } from "../soundness.js";

interface Patterns {
  readonly globs: readonly string[];
  readonly prefixes: readonly string[];
}

function classesOf({ globs, prefixes }: Patterns, constants: readonly string[], allowEmpty: boolean) {
  return classesOfOthers([...globs.map(patternOfGlob), ...prefixes.map(patternOfPrefix)], constants, allowEmpty);
}

/** Which patterns a text fits, as rules do. */
function fitsOf({ globs, prefixes }: Patterns, text: string): string {
  const at = { fact: "user", span: { file: "", start: 0, end: 0 } };
  return [
    ...globs.map((pattern) => evaluateCondition({ kind: "glob", pattern, ...at }, { user: text })),
    ...prefixes.map((prefix) => evaluateCondition({ kind: "prefix", prefix, ...at }, { user: text })),
  ].join();
}

/** All texts of up to so many letters, the short ones first. */
function textsOf(letters: readonly string[], most: number): readonly string[] {
  const texts = [""];
  for (let first = 0, length = 0; length < most; length++) {
    const end = texts.length;
    for (; first < end; first++) for (const letter of letters) texts.push((texts[first] as string) + letter);
  }
  return texts;
}

describe("classesOfOthers()", () => {
  it("has each combination of patterns that some text fits, once, with such a text", () => {
    const random = new Random(seed);
    const all = textsOf(["a", "b", "x"], 5);
    const sets = 300;
    let found = 0;
    for (let set = 0; set < sets; set++) {
      const word = (pieces: readonly string[], most: number) =>
        random.list(0, most, () => random.pick(pieces)).join("");
      const patterns = {
        globs: random.list(0, 5, () => word(["a", "b", "*"], 4)),
        prefixes: random.list(0, 2, () => word(["a", "b"], 3)),
      };
      const constants = random.list(0, 3, () => word(["a", "b", "x"], 3));
      const allowEmpty = random.chance(0.5);
      const classes = classesOf(patterns, constants, allowEmpty);
      const fits = classes?.map(({ text }) => fitsOf(patterns, text)) ?? [];
      const others = all.filter((text) => !constants.includes(text) && (text !== "" || allowEmpty));
      expect(new Set(fits).size).toBe(fits.length);
      expect(classes?.filter(({ text }) => constants.includes(text) || (text === "" && !allowEmpty))).toEqual([]);
      expect(classes?.map(({ fitsNone }) => fitsNone)).toEqual(fits.map((each) => !each.includes("true")));
      expect(others.filter((text) => !fits.includes(fitsOf(patterns, text)))).toEqual([]);
      found += fits.length;
    }
    console.log(`classes of texts: seed ${seed}, ${sets} sets, ${found} classes, each against ${all.length} texts`);
  });

  it("combines thousands of patterns that few texts fit together, and not those that any may fit together", () => {
    const numbers = Array.from({ length: 2_000 }, (_, number) => number);
    for (const glob of [(number: number) => `*@team-${number}.example`, (number: number) => `team-${number}-*`]) {
      expect(classesOf({ globs: numbers.map(glob), prefixes: [] }, ["team-7"], false)).toHaveLength(2_001);
    }
    expect(classesOf({ globs: numbers.map((number) => `*-${number}-*`), prefixes: [] }, [], false)).toBeUndefined();
  });
});
