import type { AttributeDefinition, CompiledPolicy, FactValue } from "../../../engine/serving.js";
import { readText } from "./hints.js";
import type { Observation } from "./observation.js";
import { metadataValue } from "./observe-body.js";
import { readTags } from "./read-tags.js";
import type { RequestHeaders } from "./request-headers.js";
import { describeSlip } from "./slips.js";

/**
 * Reads the custom facts that a policy declares `from:` a header or the body's `metadata`. A value that does not fit refuses
 * the request: as an absent fact it would get the attribute's default, or switch off a guard that wants it `present`.
 */
export function observeAttributes(
  policy: CompiledPolicy,
  headers: RequestHeaders,
  body: Readonly<Record<string, unknown>>,
  observation: Observation,
): void {
  for (const attribute of policy.set.attributes) {
    if ("key" in attribute.from) continue; // trusted: an API key's alone
    const fromHeader = "header" in attribute.from;
    const source = "header" in attribute.from ? attribute.from.header.toLowerCase() : attribute.from.metadata;
    const given = fromHeader ? headers[source] : metadataValue(body, source);
    if (given === undefined || given === null) continue;
    const name = fromHeader ? `header ${source}` : `body metadata.${source}`;
    const isRepeated = fromHeader && typeof given !== "string" && attribute.type !== "set";
    const value = isRepeated ? undefined : readAttribute(attribute, given);
    if (value === undefined) {
      observation.refuse(`${name}: it takes ${attributeForm(attribute)}${isRepeated ? ", once" : ""}`);
    } else {
      observation.observe(attribute.name, value, name);
      const slip = describeSlip(policy, attribute.name, value);
      if (slip !== undefined) observation.warnings.push(`${name}: ${slip}`);
    }
  }
}

/** @returns the value as facts hold it; undefined when it does not fit the declaration. */
export function readAttribute(attribute: AttributeDefinition, given: unknown): FactValue | undefined {
  const isScalar = typeof given === "string" || typeof given === "number" || typeof given === "boolean";
  const text = isScalar ? String(given).trim() : "";
  switch (attribute.type) {
    case "string": {
      const value = typeof given === "string" ? readText(given) : undefined;
      return value !== undefined && (attribute.values === undefined || attribute.values.includes(value))
        ? value
        : undefined;
    }
    case "number":
      return readNumber(given, text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "set":
      return readTags(Array.isArray(given) ? given : [given]);
    case "time":
      return undefined; // attributes cannot be of this type
  }
}

/** Numbers of JSON as they are; texts as decimals without an exponent. */
function readNumber(given: unknown, text: string): number | undefined {
  if (typeof given === "number") return Math.abs(given) < 1e15 ? given : undefined;
  return /^-?(\d{1,15}(\.\d{1,30})?|\.\d{1,30})$/.test(text) ? Number(text) : undefined;
}

/** What an attribute takes, for people. */
export function attributeForm({ type, values }: AttributeDefinition): string {
  if (values !== undefined) return `one of ${values.join(", ")}`;
  return {
    string: "a text",
    number: "a decimal number of at most 15 digits before the point",
    boolean: "true or false",
    set: "at most 64 tags of at most 64 characters, separated by commas",
    time: "nothing",
  }[type];
}
