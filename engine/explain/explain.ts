import type { Facts } from "../evaluate/facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { World } from "../rank/world.js";
import type { DecisionRecord } from "./decision-record.js";
import { type ExplainInput, explainDecision } from "./explain-decision.js";

/** What a record may say besides; all of it may be left out. */
export type ExplainOptions = Partial<Omit<ExplainInput, "policy" | "facts" | "world">>;

/**
 * Why a request goes where it goes: the whole decision record, for {@link renderExplanation} or as JSON.
 *
 * The engine has no clock: `time` is the fact `time` unless given, else the epoch. `id` is `explain` unless given.
 *
 * @throws when the compiled tree and the rules read in order disagree: a fault of ours. It may show only when
 *   `outcome.rules_above` is first read.
 */
export function explain(
  policy: CompiledPolicy,
  facts: Facts,
  world: World = {},
  options: ExplainOptions = {},
): DecisionRecord {
  return explainDecision({
    ...options,
    id: options.id ?? "explain",
    time: options.time ?? facts.time ?? 0,
    sources: options.sources ?? {},
    policy,
    facts,
    world,
  });
}
