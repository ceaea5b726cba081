import { expect, it } from "vitest";
import { together } from "../../server/together.js";

it("together() does all that came in one go, in order, and what comes meanwhile the next time", () => {
  const turns: (() => void)[] = [];
  const done: string[] = [];
  const take = together((workOff) => turns.push(workOff));
  take(() => {
    done.push("a");
    take(() => done.push("c"));
  });
  take(() => done.push("b"));
  expect([turns.length, done]).toEqual([1, []]);
  turns.shift()?.();
  expect([turns.length, done]).toEqual([1, ["a", "b"]]);
  turns.shift()?.();
  expect([turns.length, done]).toEqual([0, ["a", "b", "c"]]);
});
