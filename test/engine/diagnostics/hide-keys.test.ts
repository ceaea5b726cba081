import { expect, it } from "vitest";
import { hideKeys, looksLikeKey } from "../../../engine/diagnostics/hide-keys.js";

it.each(["gsk_abcdefghij0123456789", "sk-proj-Ab3Ab3Ab3Ab3Ab3Ab3", "AIzaSyA1234567890abcdef"])(
  "%s looks like a key",
  (key) => {
    expect(looksLikeKey(key)).toBe(true);
  },
);

it.each([
  "OPENAI_API_KEY",
  "MYCOMPANYOPENAIKEY2", // variables may be named so; keys are never written in capitals alone
  "claude-sonnet-4-5-20250929",
  "accounts/fireworks/models/qwen3p8-235b-a22b-instruct-2507",
  "https://bank-eu-2.openai.azure.com/openai/v1",
])("%s does not", (name) => {
  expect([looksLikeKey(name), hideKeys(name)]).toEqual([false, name]);
});
