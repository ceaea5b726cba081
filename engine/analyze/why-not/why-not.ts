import type { Facts } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { World } from "../../rank/world.js";
import { type AskedAlone, askedAlone } from "./asked-alone.js";
import { AskedModel } from "./asked-model.js";
import { AskedRegions } from "./asked-regions.js";
import { type BlockedRule, blockedRules } from "./blocked-rules.js";
import type { FactChanges } from "./fact-changes.js";
import { type SmallestChanges, smallestChanges } from "./smallest-changes.js";

/** Why a request does not go to a model, and what would send it there. */
export interface WhyNot {
  readonly model: string;
  /** The endpoint tried first as it is; absent when refused, or when no candidate is left. */
  readonly chosen?: string;
  /** Whether that is the model already. */
  readonly is_chosen: boolean;
  /** Every rule with the model among its candidates, in reading order, and all that keeps it from choosing it. */
  readonly rules: readonly BlockedRule[];
  /** Changes that a client can make, each tried; those that avoid a guard last, where they are smaller than the others. */
  readonly by_client: readonly FactChanges[];
  /** Whether none of fewer facts does it; else there were too many to try, or an expression that only a search can meet. */
  readonly is_smallest: boolean;
  /** What asking for the model alone does; absent when that does not choose it. */
  readonly by_asking?: AskedAlone;
  /** Changes that need the operator, a key, or another time. */
  readonly by_operator: readonly FactChanges[];
  /** Whether a change of facts, or a hint that is left out, does it. `found`; `impossible`: proved; `not found`: neither. */
  readonly client_can: SmallestChanges["clientCan"];
}

/**
 * What keeps a request from a model, and the smallest changes that would send it there: each was decided and ranked again before it is
 * given.
 * @param given facts as observed; defaults of attributes are filled in here.
 * @param model `author/model`, or one of its endpoints, as the catalog has it (`findAskedModel` says what another spelling means). One
 *   that the catalog does not have is chosen by nothing.
 */
export function whyNot(policy: CompiledPolicy, given: Facts, world: World, model: string): WhyNot {
  const asked = new AskedModel(policy, withDefaults(policy.set, given), world, model);
  const first = asked.first(asked.start);
  const isChosen = first !== undefined && asked.isMeant(first.endpoint.id);
  const rules = blockedRules(asked);
  const ruleNumbers = rules.map(({ ruleNumber }) => ruleNumber);
  const regions = isChosen ? undefined : new AskedRegions(asked, ruleNumbers);
  const reach = regions?.withinReach() ?? new Set(ruleNumbers);
  const found: SmallestChanges =
    regions === undefined
      ? { client: [], operator: [], isSmallest: true, clientCan: "found" }
      : smallestChanges(asked, regions, reach.size > 0);
  const alone = isChosen ? undefined : askedAlone(asked);
  return {
    model,
    ...(first === undefined ? {} : { chosen: first.endpoint.id }),
    is_chosen: isChosen,
    rules: rules.map(({ ruleNumber, blocked }) =>
      reach.has(ruleNumber) ? blocked : { ...blocked, out_of_reach: true },
    ),
    by_client: found.client,
    is_smallest: found.isSmallest,
    ...(alone === undefined ? {} : { by_asking: alone }),
    by_operator: found.operator,
    client_can: found.clientCan,
  };
}
