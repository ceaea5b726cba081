import { type NanoUsd, usdToNano } from "../units/money.js";
import type { CostLimit } from "./exclude-candidate.js";

/** The limits that hold for the candidates of one route, other than those of require rules. */
export function costLimits(
  rule: string,
  maxCost: NanoUsd | undefined,
  budgetUsd: number | undefined,
): readonly CostLimit[] {
  const limits: CostLimit[] = [];
  const budget = budgetUsd === undefined ? undefined : usdToNano(budgetUsd);
  // Beyond what numbers hold there is no limit; observed budgets never are.
  if (budget !== undefined && Number.isFinite(budget)) limits.push({ name: "budget_usd", limit: budget });
  if (maxCost !== undefined) {
    limits.push({
      name: rule === "default" ? "max_cost_usd of the default route" : `max_cost_usd of rule \`${rule}\``,
      limit: maxCost,
    });
  }
  return limits;
}
