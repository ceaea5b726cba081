// The front door of the engine: everything server/, cli/ and library users may import.

// analyze: questions about all requests
export { type AnalyzeOptions, analyzePolicy } from "./analyze/analyze-policy.js";
export { type DiffReport, describeDiff } from "./analyze/describe-diff.js";
export { diffPolicies, isSameForAll, type PolicyDiff } from "./analyze/diff-policies.js";
export { type DiffTraffic, emptyTraffic, LogTraffic, mergeTraffic } from "./analyze/diff-traffic.js";
export { renderDiff, renderDiffMarkdown } from "./analyze/render-diff.js";
export { renderWhyNot } from "./analyze/render-why-not.js";
export { anyRequests, httpRequests, type RequestAssumptions } from "./analyze/request-assumptions.js";
export { type WhyNot, whyNot } from "./analyze/why-not.js";
export { plainFacts, writeRequest } from "./analyze/write-request.js";

// compile: what a tree can cost
export { type WorstCase, worstCase } from "./compile/worst-case.js";
export type { Condition, Predicate } from "./conditions/condition.js";
export { builtInFacts, type FactDefinition, type FactType, type FactUnit } from "./conditions/fact-definitions.js";
export { matchesGlob } from "./conditions/glob.js";
// coverage: what tests reach, and the cases that are missing
export { Coverage, outcomes as coverageOutcomes, type RuleCoverage } from "./coverage/coverage.js";
export { factValues } from "./coverage/fact-values.js";
export { findExamples, type RouteExamples } from "./coverage/find-examples.js";
export { sampleRequests } from "./coverage/sample-requests.js";
export { describeGoal, type SuggestedTests, seededRandom, suggestTests } from "./coverage/suggest-tests.js";
export { leavesOf } from "./coverage/trace-request.js";
// diagnostics
export type { Diagnostic, Span } from "./diagnostics/diagnostic.js";
export { type DiagnosticCode, diagnosticCodes } from "./diagnostics/diagnostic-codes.js";
export { type RenderDiagnosticsOptions, renderDiagnostics } from "./diagnostics/render-diagnostics.js";
export { renderGithub } from "./diagnostics/render-github.js";
export { type RenderSarifOptions, renderSarif } from "./diagnostics/render-sarif.js";
// decide and rank
export { decide } from "./evaluate/decide.js";
export { decideInOrder } from "./evaluate/decide-in-order.js";
export { type Facts, type FactValue, readFact } from "./evaluate/facts.js";
export type { Denial, Outcome, RouteChoice } from "./evaluate/outcome.js";
export { withDefaults } from "./evaluate/with-defaults.js";
// explain
export type * from "./explain/decision-record.js";
export { type ExplainOptions, explain } from "./explain/explain.js";
export { type ExplainInput, explainDecision } from "./explain/explain-decision.js";
export { formatFactValue } from "./explain/format-fact-value.js";
export { factsOfRecord, recordFacts } from "./explain/record-facts.js";
export { type RenderOptions, renderExplanation } from "./explain/render-explanation.js";
export { type PolicyTestResult, runPolicyTest } from "./explain/run-policy-test.js";
export { type Row, renderTable } from "./explain/text-table.js";
export { unknownWorldNames } from "./explain/unknown-world-names.js";
export { writeCondition } from "./explain/write-condition.js";
export { writeDenyMessage } from "./explain/write-deny-message.js";
// format
export { type FormattedFile, formatFile, setAttributesIn } from "./format/format-file.js";
// graph: the rules as a picture
export { type GraphRow, type PolicyGraph, policyGraph } from "./graph/graph-rows.js";
export { writeDot } from "./graph/write-dot.js";
export { writeMermaid } from "./graph/write-mermaid.js";
export { writeSvg } from "./graph/write-svg.js";
// the policy model
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
export type { Decode } from "./replay/log-lines.js";
export { POLICY_LINE } from "./replay/log-lines.js";
// replay: recorded decisions under another policy
export type { RecordedDecision } from "./replay/replay-decision.js";
export { LogReplay } from "./replay/replay-log.js";
export { replayOne } from "./replay/replay-one.js";
export { type ReplayReport, reportReplay, sortedPairs } from "./replay/replay-report.js";
export { emptySummary, mergeSummaries, type ReplayPair, type ReplaySummary } from "./replay/replay-summary.js";
export { positionOf } from "./source/position.js";
// compile: YAML text in, a policy ready to decide out
export type { SourceFile } from "./source/source-file.js";
// tokens: how large a prompt is, and when that must be known exactly
export { clampToBounds, estimateTokens } from "./tokens/estimate-tokens.js";
export { nextPieceEnd } from "./tokens/next-piece-end.js";
export { measureText, type TextMeasure, type TokenBounds, tokenBounds } from "./tokens/token-bounds.js";
export { needsExactCount, type TokenThresholds, tokenThresholds } from "./tokens/token-thresholds.js";

// units
export * from "./units/money.js";
export { MAX_TAG_LENGTH, MAX_TAGS, normalizeTag } from "./units/tags.js";
export { formatTokens, MAX_TOKENS, parseTokens } from "./units/tokens.js";
export { writeChange, writeCount, writeCounted, writeShare, writeSum } from "./units/write-figures.js";
