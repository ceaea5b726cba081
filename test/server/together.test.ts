import { expect, it } from "vitest";
import { together } from "../../server/together.js";

it("together() works on all that came in one go, in order, and on what comes meanwhile the next time", () => {
  const turns: (() => void)[] = [];
  const done: string[] = [];
  const take = together<string>(
    (workOff) => turns.push(workOff),
    (item) => {
      done.push(item);
      if (item === "a") take("c");
    },
  );
  take("a");
  take("b");
  expect([turns.length, done]).toEqual([1, []]);
  turns.shift()?.();
  expect([turns.length, done]).toEqual([1, ["a", "b"]]);
  turns.shift()?.();
  expect([turns.length, done]).toEqual([0, ["a", "b", "c"]]);
});
