import type { AttributeDefinition, FactValue } from "../../engine/index.js";
import { readTags, readText } from "./hints.js";
import type { Observation } from "./observation.js";
import { metadataValue } from "./observe-body.js";
import type { RequestHeaders } from "./request-headers.js";

/** Reads the custom facts that a policy declares `from:` a header or the body's `metadata`. */
export function observeAttributes(
  attributes: readonly AttributeDefinition[],
  headers: RequestHeaders,
  body: Readonly<Record<string, unknown>>,
  observation: Observation,
): void {
  for (const attribute of attributes) {
    if ("key" in attribute.from) continue; // trusted: an API key's alone
    const fromHeader = "header" in attribute.from;
    const source = "header" in attribute.from ? attribute.from.header.toLowerCase() : attribute.from.metadata;
    const given = fromHeader ? headers[source] : metadataValue(body, source);
    if (given === undefined || given === null) continue;
    const name = fromHeader ? `header ${source}` : `body metadata.${source}`;
    if (fromHeader && typeof given !== "string") {
      observation.warnGivenTwice(source);
      continue;
    }
    const value = readAttribute(attribute, given);
    if (value === undefined) refuseAttribute(attribute, name, observation);
    else observation.observe(attribute.name, value, name);
  }
}

/** @param name where the value came from, for the warning. */
export function refuseAttribute(attribute: AttributeDefinition, name: string, { warnings }: Observation): void {
  warnings.push(`${name}: it takes ${attributeForm(attribute)}; it was not used`);
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
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "set":
      if (Array.isArray(given))
        return given.every((tag) => typeof tag === "string") ? readTags(given.join(",")) : undefined;
      return typeof given === "string" ? readTags(given) : undefined;
    case "time":
      return undefined; // attributes cannot be of this type
  }
}

function attributeForm({ type, values }: AttributeDefinition): string {
  if (values !== undefined) return `one of ${values.join(", ")}`;
  return {
    string: "a text",
    number: "a number",
    boolean: "true or false",
    set: "tags separated by commas",
    time: "nothing",
  }[type];
}
