import type { AttributeDefinition } from "../../engine/index.js";
import type { TrustedFacts } from "../keys/key-facts.js";
import type { Observation } from "./observation.js";
import { readAttribute, refuseAttribute } from "./observe-attributes.js";

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
    if (value === undefined) refuseAttribute(attribute, `the API key's ${attribute.name}`, observation);
    else observation.observe(attribute.name, value, "key");
  }
}

/** The key's tags join those that the request hints at; a key without tags leaves `tags` as it is. */
export function joinKeyTags({ tags }: TrustedFacts, { facts, sources }: Observation): void {
  if (tags.length === 0) return;
  const hinted = facts["tags"] as readonly string[] | undefined;
  facts["tags"] = [...new Set([...tags, ...(hinted ?? [])])];
  sources["tags"] = hinted === undefined ? "key" : `key, ${sources["tags"]}`;
}
