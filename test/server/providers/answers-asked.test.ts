import { expect, it } from "vitest";
import { answersAsked } from "../../../server/providers/chat/answers-asked.js";

it.each([
  [undefined, 1],
  [null, 1],
  [1, 1],
  [100, 100],
  ["100", 100],
  [0, 1],
  [-3, 1],
  [2.5, 1],
  ["many", 1],
])("answersAsked(): n %j asks for %i", (n, count) => {
  expect(answersAsked({ n })).toBe(count);
});
