import { expect, it } from "vitest";
import { closeAll } from "../../server/close-all.js";

it("closes what was opened last first, and goes on after what fails or does not end", async () => {
  const closed: string[] = [];
  const said: string[] = [];
  const note = (_fields: object, message: string) => void said.push(message);
  const closing = [
    async () => void closed.push("first"),
    async () => Promise.reject(new Error("broken")),
    () => new Promise(() => undefined),
    async () => void closed.push("last"),
  ];
  await closeAll(closing, { warn: note, error: note } as unknown as Parameters<typeof closeAll>[1], 20);
  expect(closed).toEqual(["last", "first"]);
  expect(closing).toEqual([]);
  expect(said).toEqual([
    "something took longer than 0.02 s to close: the end does not wait for it",
    "something could not be closed",
  ]);
});
