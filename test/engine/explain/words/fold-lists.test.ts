import { describe, expect, it } from "vitest";
import { foldLists } from "../../../../engine/explain/words/fold-lists.js";

const names = (count: number, name = (at: number) => `t${at}`) =>
  Array.from({ length: count }, (_, at) => name(at)).join(", ");

describe("foldLists()", () => {
  it("shows the first ten values of a list of more than twenty, and says how many more there are", () => {
    expect(foldLists(`tenant is one of ${names(21)}`)).toBe(`tenant is one of ${names(10)}, … (11 more)`);
    expect(foldLists(`tenant is one of ${names(20)}`)).toBe(`tenant is one of ${names(20)}`);
  });

  it("leaves what stands around it as it is", () => {
    const words = (list: string) => `(tags has any of ${list} or uses_tools = true) and context_tokens ≥ 200,000`;
    expect(foldLists(words(names(1_000)))).toBe(words(`${names(10)}, … (990 more)`));
  });

  it("takes a value in quotes for one, whatever it holds", () => {
    const odd = (count: number) => names(count, (at) => `"${at}, \\"b\\" (c)"`);
    expect(foldLists(`app is none of ${odd(30)}`)).toBe(`app is none of ${odd(10)}, … (20 more)`);
  });

  it("folds each of several lists", () => {
    expect(foldLists(`tenant = a or user is one of ${names(25)} and app is one of ${names(22)}`)).toBe(
      `tenant = a or user is one of ${names(10)}, … (15 more) and app is one of ${names(10)}, … (12 more)`,
    );
  });
});
