import { MAX_TAGS } from "../../../engine/serving.js";
import { tagHeaders } from "./hints.js";
import type { Observation } from "./observation.js";
import { metadataValue } from "./observe-body.js";
import { readTagList } from "./read-tags.js";
import type { RequestHeaders } from "./request-headers.js";

/**
 * The fact `tags`: the key's, the headers' and the body's `metadata.tags` together. A tag that is lost could be the one a
 * guard asks for: what can be read is kept whatever stands beside it, and too many refuse the request.
 *
 * @param keyTags of the API key; none when it has none.
 */
export function observeTags(
  keyTags: readonly string[],
  headers: RequestHeaders,
  body: Readonly<Record<string, unknown>>,
  observation: Observation,
): void {
  const all = new Set(keyTags);
  const sources: string[] = keyTags.length === 0 ? [] : ["key"];
  const join = (items: readonly unknown[], name: string, source: string) => {
    const { tags, unreadable } = readTagList(items);
    if (unreadable.length > 0) {
      observation.warnings.push(
        `${name}: it takes tags of at most 64 characters; ${unreadable.join(", ")} could not be read and was left out`,
      );
      if (tags.length === 0) return; // nothing was said: an empty set would say that there are no tags
    }
    for (const tag of tags) all.add(tag);
    sources.push(source);
  };
  for (const header of tagHeaders) {
    const given = headers[header];
    if (given !== undefined) join(typeof given === "string" ? [given] : given, header, `header ${header}`);
  }
  const given = metadataValue(body, "tags");
  if (given !== undefined && given !== null) {
    join(Array.isArray(given) ? given : [given], "metadata.tags", "body metadata.tags");
  }
  if (all.size > MAX_TAGS) {
    observation.refuse(`tags: a request takes at most ${MAX_TAGS}, those of its key included`);
  }
  if (sources.length > 0) observation.observe("tags", [...all].slice(0, MAX_TAGS), sources.join(", "));
}
