// For commands that compile a policy and decide, rank and explain under it: without what answers questions about all requests, tests,
// formats, draws and replays, which takes as long to load again.

export { type WorstCase, worstCase } from "./compile/worst-case.js";
export type { Condition, Predicate } from "./conditions/condition.js";
export { builtInFacts, type FactDefinition, type FactType, type FactUnit } from "./conditions/fact-definitions.js";
export { matchesGlob } from "./conditions/glob.js";
export type { Diagnostic, Span } from "./diagnostics/diagnostic.js";
export { type DiagnosticCode, diagnosticCodes } from "./diagnostics/diagnostic-codes.js";
export { type RenderDiagnosticsOptions, renderDiagnostics } from "./diagnostics/render-diagnostics.js";
export { renderGithub } from "./diagnostics/render-github.js";
export { type RenderSarifOptions, renderSarif } from "./diagnostics/render-sarif.js";
export { decide } from "./evaluate/decide.js";
export { decideInOrder } from "./evaluate/decide-in-order.js";
export { type Facts, type FactValue, readFact } from "./evaluate/facts.js";
export type { Denial, Outcome, RouteChoice } from "./evaluate/outcome.js";
export { withDefaults } from "./evaluate/with-defaults.js";
export type * from "./explain/decision-record.js";
export { type ExplainOptions, explain } from "./explain/explain.js";
export { type ExplainInput, explainDecision } from "./explain/explain-decision.js";
export { explainRecord } from "./explain/explain-record.js";
export { factsOfRecord, recordFacts } from "./explain/record-facts.js";
export { type RenderOptions, renderExplanation } from "./explain/render/render-explanation.js";
export { type Row, renderTable, safeText } from "./explain/text-table.js";
export { unknownWorldNames } from "./explain/unknown-world-names.js";
export { foldLists } from "./explain/words/fold-lists.js";
export { formatFactValue } from "./explain/words/format-fact-value.js";
export { writeCondition } from "./explain/words/write-condition.js";
export { writeDenyMessage } from "./explain/words/write-deny-message.js";
export { type CompilePolicyResult, compilePolicy } from "./policy/compile-policy.js";
export { CompiledPolicyError, loadCompiledPolicy, writeCompiledPolicy } from "./policy/compiled-file.js";
export type { CompiledPolicy } from "./policy/compiled-policy.js";
export { isTestFile } from "./policy/is-test-file.js";
export { KnownParts } from "./policy/known-parts.js";
export { PolicyJoiner, type PolicyPiece, splitPolicy } from "./policy/policy-pieces.js";
export * from "./policy/policy-set.js";
export type { PolicyTest, TestExpectation } from "./policy/policy-test.js";
export { canonicalJson, revisionOf, shortGit, shortRevision } from "./policy/revision.js";
export { routesOf } from "./policy/routes-of.js";
export { dependsOnPromptSize } from "./rank/depends-on-prompt-size.js";
export { ASSUMED_OUTPUT_TOKENS, costOfTokensUsed, expectedCost, type TokensUsed } from "./rank/expected-cost.js";
export { findAskedModel } from "./rank/find-asked-model.js";
export { priceAt } from "./rank/price-at.js";
export { rank } from "./rank/rank.js";
export {
  type Exclusion,
  type ExclusionReason,
  exclusionReasons,
  type PlannedAttempt,
  type RoutePlan,
} from "./rank/route-plan.js";
export type { World } from "./rank/world.js";
export { positionOf } from "./source/position.js";
export type { SourceFile } from "./source/source-file.js";
export * from "./units/money.js";
export { MAX_TAG_LENGTH, MAX_TAGS, normalizeTag } from "./units/tags.js";
export { formatTokens, MAX_TOKENS, parseTokens } from "./units/tokens.js";
export { writeChange, writeCount, writeCounted, writeShare, writeSum } from "./units/write-figures.js";
