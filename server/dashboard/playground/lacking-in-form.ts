import type { DecisionAnswer, ListedKey } from "../admin/answers.js";
import { isChat, recordedChatBody } from "./read-chat-body.js";

/** What a form that a recorded request filled lacks of it: a phrase each. @param key the one that asked, as it is now. */
export function lackingInForm(decision: DecisionAnswer, key: ListedKey | undefined): readonly string[] {
  const { content, record } = decision;
  const { facts, warnings, world } = record;
  const hasBody = recordedChatBody(decision) !== undefined;
  const uses = hasBody
    ? []
    : ["uses_tools", "uses_vision", "uses_json_schema"].filter((name) => facts[name]?.value === true);
  const excluded = hasBody ? [] : Object.keys(world.hint_excluded_by ?? {});
  const unusable = warnings.flatMap((text) => /^x-[\w-]+(?=:)/.exec(text) ?? []);
  return [
    ...(isChat(decision) ? [] : ["its body: only chat completions are sent from here"]),
    ...(isChat(decision) && !hasBody
      ? ["its prompt and the rest of its body: not recorded, or not for you to see"]
      : []),
    ...(hasBody ? ["what was redacted, and pictures and files"] : []),
    ...(content?.cut === true ? ["what was too long to be recorded"] : []),
    ...(facts["stream"]?.value === false ? ["an answer in one piece: from here it is streamed"] : []),
    ...(uses.length === 0 ? [] : [`what makes ${uses.join(", ")} true: given as facts, which are not sent`]),
    ...(excluded.length === 0 ? [] : [`the hints ${excluded.join(", ")}`]),
    ...(unusable.length === 0 ? [] : [`hints that could not be used: ${unusable.join(", ")}`]),
    ...(facts["key"] === undefined ? [] : [describeKey(key)]),
  ];
}

function describeKey(key: ListedKey | undefined): string {
  if (key?.state === "active") return "its API key's secret: type it below to send this as that key";
  return `its API key, which is ${key?.state ?? "gone"}: what it said is given as facts, which are not sent`;
}
