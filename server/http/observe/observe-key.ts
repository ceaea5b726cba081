import type { AttributeDefinition } from "../../../engine/serving.js";
import type { TrustedFacts } from "../../keys/key-facts.js";
import type { Observation } from "./observation.js";
import { attributeForm, readAttribute } from "./observe-attributes.js";

/** Reads what the API key says. It goes first: of each fact the first source stands, so no hint takes its place. */
export function observeKey(
  key: TrustedFacts,
  attributes: readonly AttributeDefinition[],
  observation: Observation,
): void {
  observation.observe("key", key.key, "key");
  observation.observe("key_tags", key.tags, "key");
  for (const name of ["tenant", "app", "user", "region"] as const) {
    const value = key[name];
    if (value !== undefined) observation.observe(name, value, "key");
  }
  if (key.spend !== undefined) observation.observe("spend_ratio", key.spend.ratio, key.spend.source);
  for (const attribute of attributes) {
    if (!("key" in attribute.from)) continue;
    const name = attribute.name.slice("attributes.".length);
    const given = Object.hasOwn(key.attributes, name) ? key.attributes[name] : undefined;
    if (given === undefined) continue;
    const value = readAttribute(attribute, given);
    const problem = `the API key's ${attribute.name}: it takes ${attributeForm(attribute)}`;
    if (value !== undefined) observation.observe(attribute.name, value, "key");
    else if (attribute.default !== undefined)
      observation.refuse(problem); // the default would stand for it
    else observation.warnings.push(`${problem}; it was not used`);
  }
}
