import { type CompiledPolicy, MAX_TAGS } from "../../../engine/serving.js";
import { tagHeaders } from "./hints.js";
import type { Observation } from "./observation.js";
import { metadataValue } from "./observe-body.js";
import { readTagList } from "./read-tags.js";
import type { RequestHeaders } from "./request-headers.js";
import { describeSlip } from "./slips.js";

/**
 * The fact `tags`: the key's, the headers', and the body's `metadata.tags` and `tags` (LiteLLM's) together. A tag that is lost could be the one a
 * guard asks for: what can be read is kept whatever stands beside it, and too many refuse the request.
 *
 * @param keyTags of the API key; none when it has none.
 */
export function observeTags(
  keyTags: readonly string[],
  headers: RequestHeaders,
  body: Readonly<Record<string, unknown>>,
  policy: CompiledPolicy,
  observation: Observation,
): void {
  let said: SaidTags | undefined = keyTags.length === 0 ? undefined : { tags: keyTags, source: "key", isCut: false };
  for (const header of tagHeaders) {
    const given = headers[header];
    if (given === undefined) continue;
    said = join(said, typeof given === "string" ? [given] : given, header, `header ${header}`, policy, observation);
  }
  for (const [field, given = null] of [
    ["metadata.tags", metadataValue(body, "tags")],
    ["tags", body["tags"]],
  ] as const) {
    if (given === null) continue;
    const items: readonly unknown[] = Array.isArray(given) ? given : [given];
    said = join(said, items, field, `body ${field}`, policy, observation);
  }
  if (said === undefined) return;
  const { tags, source, isCut } = said;
  if (isCut || tags.length > MAX_TAGS) {
    observation.refuse(`tags: a request takes at most ${MAX_TAGS}, those of its key included`);
  }
  observation.observe("tags", tags.slice(0, MAX_TAGS), source);
}

interface SaidTags {
  /** Without repeats. */
  readonly tags: readonly string[];
  readonly source: string;
  /** There were more than are looked at. */
  readonly isCut: boolean;
}

/** Adds the tags of another place. @param before undefined: no place has said any. */
function join(
  before: SaidTags | undefined,
  items: readonly unknown[],
  name: string,
  source: string,
  policy: CompiledPolicy,
  observation: Observation,
): SaidTags | undefined {
  const { tags, unreadable, isCut } = readTagList(items);
  if (unreadable.length > 0) {
    observation.warnings.push(
      `${name}: it takes tags of at most 64 characters; ${unreadable.join(", ")} could not be read and was left out`,
    );
    if (tags.length === 0 && !isCut) return before; // nothing was said: an empty set would say that there are no tags
  }
  const slip = describeSlip(policy, "tags", tags);
  if (slip !== undefined) observation.warnings.push(`${name}: ${slip}`);
  if (before === undefined) return { tags, source, isCut };
  return {
    tags: [...new Set([...before.tags, ...tags])],
    source: `${before.source}, ${source}`,
    isCut: before.isCut || isCut,
  };
}
