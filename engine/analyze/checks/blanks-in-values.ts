import type { Predicate } from "../../conditions/condition.js";
import { shorten } from "../../source/located.js";
import type { Check } from "../check-context.js";
import { findInConditions } from "./find-in-conditions.js";

/**
 * RW2209: a tag with a blank in it, most likely two without their comma; a text with a blank at an end, or with letters in two parts
 * (Unicode NFD): what keys and requests say is trimmed, and of keys in NFC, so nothing equals it.
 */
export const blanksInValues: Check = function* ({ policy }) {
  for (const { found } of findInConditions(policy, oddIn)) {
    for (const finding of found) yield { code: "RW2209", severity: "warning", ...finding };
  }
};

interface Odd {
  readonly message: string;
  readonly help: string;
  readonly span: Predicate["span"];
}

function oddIn(leaf: Predicate): readonly Odd[] | undefined {
  const found = leaf.kind === "set" ? leaf.tags.flatMap(oddTag) : leaf.kind === "one-of" ? oddTexts(leaf) : [];
  return found.length === 0 ? undefined : found.map((each) => ({ ...each, span: leaf.span }));
}

function oddTag(tag: string): readonly Omit<Odd, "span">[] {
  const words = tag.split(/\s+/u);
  if (words.length < 2) return [];
  const help = `write \`${shorten(words.join(", "))}\` if these are ${words.length}, or \`# policy-ignore RW2209: reason\` above if it is one`;
  return [{ message: `\`${shorten(tag)}\` is one tag with a blank in it`, help }];
}

function oddTexts({ fact, values }: Extract<Predicate, { kind: "one-of" }>): readonly Omit<Odd, "span">[] {
  return values.flatMap((value) => {
    if (value !== value.trim() && fact !== "model") {
      const message = `${JSON.stringify(shorten(value))} begins or ends with a blank, so no \`${fact}\` of a request equals it`;
      return [{ message, help: `write \`${shorten(value.trim())}\`` }];
    }
    if (value === value.normalize("NFC")) return [];
    const message = `\`${shorten(value)}\` is written in parts (Unicode NFD), so no \`${fact}\` that keys and most programs say equals it`;
    return [{ message, help: "type it anew" }];
  });
}
