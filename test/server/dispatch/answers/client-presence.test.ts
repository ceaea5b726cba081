import { expect, test } from "vitest";
import { ClientPresence } from "../../../../server/dispatch/answers/client-presence.js";

test("a client that goes is told once to each, but for those that were taken back, also by one that was told before", () => {
  const presence = new ClientPresence();
  const told: string[] = [];
  const forgetFirst = presence.onGone(() => told.push("first"));
  presence.onGone(() => {
    told.push("second");
    forgetLast();
  });
  presence.onGone(() => told.push("third"));
  const forgetLast = presence.onGone(() => told.push("last"));
  forgetFirst();
  forgetFirst();
  presence.leave();
  presence.leave();
  expect([told, presence.isGone]).toEqual([["second", "third"], true]);
});
