// For the server: deciding with a policy that a thread of its own has compiled. What reads YAML, and what answers questions about all
// requests, is not loaded beside it.

export { findString, type StringTable } from "./compile/string-table.js";
export type { Condition, Predicate } from "./conditions/condition.js";
export { absentFacts, builtInFacts, type FactDefinition } from "./conditions/fact-definitions.js";
export { matchesGlob } from "./conditions/glob.js";
export { howFactIsSent } from "./conditions/how-facts-are-sent.js";
export type { Diagnostic } from "./diagnostics/diagnostic.js";
export { renderDiagnostics } from "./diagnostics/render-diagnostics.js";
export { didYouMean, listNames, nearestNames } from "./diagnostics/suggest.js";
export { decide } from "./evaluate/decide.js";
export type { Facts, FactValue } from "./evaluate/facts.js";
export type { Outcome } from "./evaluate/outcome.js";
export { withDefaults } from "./evaluate/with-defaults.js";
export type {
  DecisionRecord,
  RecordedAttempt,
  RecordedCandidate,
  RecordedFact,
  RecordedGuard,
  RecordedOutcome,
  RecordedResult,
  RecordedRuleAbove,
} from "./explain/decision-record.js";
export { explainDecision } from "./explain/explain-decision.js";
export { explainRecord } from "./explain/explain-record.js";
export { readFactsOf } from "./explain/facts-of-condition.js";
export { factsOfRecord, recordFacts } from "./explain/record-facts.js";
export { breakText, safeText } from "./explain/text-table.js";
export { writeDenyMessage } from "./explain/words/write-deny-message.js";
export type { CompiledPolicy } from "./policy/compiled-policy.js";
export { PolicyJoiner, type PolicyPiece } from "./policy/policy-pieces.js";
export {
  type AttributeDefinition,
  type Catalog,
  type Endpoint,
  type ErrorClass,
  type FlatPrice,
  type HealthCheck,
  type Model,
  type PolicySet,
  type Price,
  type Provider,
  type ProviderFormat,
  type Route,
  type Rule,
  type SimulatedFault,
  simulatedFaults,
  type Timeouts,
} from "./policy/policy-set.js";
export { shortRevision } from "./policy/revision.js";
export { routesOf } from "./policy/routes-of.js";
export { canonicalModelId } from "./rank/canonical-model.js";
export { dependsOnPromptSize } from "./rank/depends-on-prompt-size.js";
export { costOfTokensUsed } from "./rank/expected-cost.js";
export { findAskedModel } from "./rank/find-asked-model.js";
export { priceAt, priceInTier } from "./rank/price-at.js";
export { rank } from "./rank/rank.js";
export type { Exclusion, ExclusionReason, PlannedAttempt, RoutePlan } from "./rank/route-plan.js";
export type { World } from "./rank/world.js";
export type { RecordedDecision } from "./replay/replay-decision.js";
export { replayOne } from "./replay/replay-one.js";
export { type ReplayReport, reportReplay } from "./replay/replay-report.js";
export { emptySummary } from "./replay/replay-summary.js";
export type { SourceFile } from "./source/source-file.js";
export { clampToBounds, estimateTokens } from "./tokens/estimate-tokens.js";
export { nextPieceEnd } from "./tokens/next-piece-end.js";
export { measureText, type TokenBounds } from "./tokens/token-bounds.js";
export { type TokenThresholds, tokenThresholds } from "./tokens/token-thresholds.js";
export { parseInstant } from "./units/instants.js";
export {
  costOfTokens,
  formatUsd,
  type NanoUsd,
  nanoToUsd,
  type PicoUsdPerToken,
  parseUsd,
  usdToNano,
} from "./units/money.js";
export { MAX_TAGS, normalizeTag } from "./units/tags.js";
export { formatTokens, MAX_TOKENS, parseTokens } from "./units/tokens.js";
export { writeCounted } from "./units/write-figures.js";
