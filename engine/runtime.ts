// `routewright/runtime`: deciding from a compiled file, without what reads YAML. For cold starts and small bundles.

export { decide } from "./evaluate/decide.js";
export type { Facts, FactValue } from "./evaluate/facts.js";
export type { Denial, Outcome, RouteChoice } from "./evaluate/outcome.js";
export type { DecisionRecord } from "./explain/decision-record.js";
export { type ExplainOptions, explain } from "./explain/explain.js";
export { renderExplanation } from "./explain/render/render-explanation.js";
export { CompiledPolicyError, loadCompiledPolicy } from "./policy/compiled-file.js";
export type { CompiledPolicy } from "./policy/compiled-policy.js";
export { rank } from "./rank/rank.js";
export type { Exclusion, ExclusionReason, PlannedAttempt, RoutePlan } from "./rank/route-plan.js";
export type { World } from "./rank/world.js";
