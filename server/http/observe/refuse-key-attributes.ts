import { type CompiledPolicy, didYouMean } from "../../../engine/serving.js";
import type { AttributeValue } from "../../keys/api-key.js";
import { InvalidSettings } from "../../keys/read-key-settings.js";
import { attributeForm, readAttribute } from "./observe-attributes.js";

/**
 * @throws InvalidSettings for an attribute that the policy does not take from a key, or not with this value: the key's
 *   requests would be without it, or have its default.
 */
export function refuseKeyAttributes(
  { set }: CompiledPolicy,
  attributes: Readonly<Record<string, AttributeValue>>,
): void {
  const taken = new Map(
    set.attributes.flatMap((each) => ("key" in each.from ? [[each.name.slice("attributes.".length), each]] : [])),
  );
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = taken.get(name);
    if (attribute === undefined) {
      const names = [...taken.keys()];
      const help = didYouMean(name, names) ?? (names.length === 0 ? "it takes none" : `it takes ${names.join(", ")}`);
      throw new InvalidSettings(`attributes.${name}`, `the policy takes no such attribute \`from: key\`; ${help}`);
    }
    if (readAttribute(attribute, value) === undefined) {
      throw new InvalidSettings(`attributes.${name}`, `it takes ${attributeForm(attribute)}`);
    }
  }
}
