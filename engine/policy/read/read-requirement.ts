import type { Located } from "../../source/located.js";
import { defined } from "../defined.js";
import type { Requirement } from "../policy-set.js";
import { checkProvider } from "./read-candidates.js";
import { childOf, itemsOf, retentionOf, textsOf, usdOf } from "./read-values.js";
import type { ConditionReading } from "./reading.js";

/** Reads `require:`. */
export function readRequirement(reading: ConditionReading, node: Located | undefined): Requirement {
  const texts = (key: string) => {
    const list = textsOf(reading, childOf(node, key));
    return list.length === 0 ? undefined : list;
  };
  for (const item of itemsOf(childOf(node, "provider"))) checkProvider(reading, item);
  return {
    ...defined("region", texts("region")),
    ...defined("provider", texts("provider")),
    ...defined("maxRetentionDays", retentionOf(reading, childOf(node, "data_retention"))),
    ...defined("capabilities", texts("capabilities")),
    ...defined("maxCost", usdOf(reading, childOf(node, "max_cost_usd"))),
  };
}
