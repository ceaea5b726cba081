import { readFactsOf } from "../../explain/facts-of-condition.js";
import type { AttributeDefinition, PolicySet } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";

/**
 * Attributes that are declared otherwise, in words.
 * @param isFelt whether some request is treated otherwise: then a default that changed is most likely why.
 */
export function attributeChanges(before: PolicySet, after: PolicySet, isFelt: boolean): readonly string[] {
  const names = new Set([...before.attributes, ...after.attributes].map(({ name }) => name));
  const find = ({ attributes }: PolicySet, name: string) => attributes.find((each) => each.name === name);
  return [...names].flatMap((name) => {
    const [old, now] = [find(before, name), find(after, name)];
    // A default that changes is a change of requests; one that appears is one of conditions, if any reads it.
    if (old === undefined || now === undefined) return [];
    const isOther = (read: (attribute: AttributeDefinition) => unknown) =>
      canonicalJson(read(old)) !== canonicalJson(read(now));
    const isTold =
      isOther(({ default: value }) => value) &&
      ((isFelt && isRead([before, after], name)) || (isInMessages(before, name) && isInMessages(after, name)));
    if (!isTold && !isOther(({ type, from, values }) => ({ type, from, values }))) return [];
    return [`${name}: ${describeAttribute(old, isTold)} → ${describeAttribute(now, isTold)}`];
  });
}

function isRead(sets: readonly PolicySet[], name: string): boolean {
  return sets.some(({ rules }) => rules.some(({ condition }) => readFactsOf(condition).includes(name)));
}

/** Whether a refused client is told the value, or the default that stands for it. */
function isInMessages({ rules }: PolicySet, name: string): boolean {
  return rules.some((rule) => rule.effect === "deny" && rule.message.includes(`{${name}}`));
}

function describeAttribute(attribute: AttributeDefinition, withDefault: boolean): string {
  const { type, from, values, default: value } = attribute;
  const origin = "key" in from ? "the key" : "header" in from ? `header ${from.header}` : `metadata ${from.metadata}`;
  const list = values === undefined ? "" : `, one of ${values.join(", ")}`;
  return `${type} from ${origin}${list}${withDefault ? `, default ${value === undefined ? "none" : canonicalJson(value)}` : ""}`;
}
