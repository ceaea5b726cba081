// The front door of the engine: everything server/, cli/ and library users may import.

// analyze: questions about all requests
export { type AnalyzeOptions, analyzePolicy } from "./analyze/analyze-policy.js";
export { type DiffReport, describeDiff } from "./analyze/diff/describe-diff.js";
export { diffPolicies, isSameForAll, type PolicyDiff } from "./analyze/diff/diff-policies.js";
export { type DiffTraffic, emptyTraffic, LogTraffic, mergeTraffic } from "./analyze/diff/diff-traffic.js";
export { renderDiff, renderDiffMarkdown } from "./analyze/diff/render-diff.js";
export { anyRequests, httpRequests, type RequestAssumptions } from "./analyze/space/request-assumptions.js";
export { plainFacts, writeRequest } from "./analyze/space/write-request.js";
export { renderWhyNot } from "./analyze/why-not/render-why-not.js";
export { type WhyNot, whyNot } from "./analyze/why-not/why-not.js";
// YAML text in, a policy ready to decide, rank and explain out
export * from "./compiling.js";
export { Coverage, outcomes as coverageOutcomes, type RuleCoverage } from "./coverage/coverage.js";
export { factValues } from "./coverage/fact-values.js";
export { findExamples, type RouteExamples } from "./coverage/find-examples.js";
export { sampleRequests } from "./coverage/sample-requests.js";
export { describeGoal, type SuggestedTests, seededRandom, suggestTests } from "./coverage/suggest-tests.js";
export { leavesOf } from "./coverage/trace-request.js";
export { type FormattedFile, formatFile, setAttributesIn } from "./format/format-file.js";
export { type GraphRow, type PolicyGraph, policyGraph } from "./graph/graph-rows.js";
export { writeDot } from "./graph/write-dot.js";
export { writeMermaid } from "./graph/write-mermaid.js";
export { writeSvg } from "./graph/write-svg.js";
export { type PolicyTestResult, runPolicyTest } from "./policy-tests/run-policy-test.js";
export type { Decode } from "./replay/records/log-lines.js";
export { POLICY_LINE } from "./replay/records/log-lines.js";
export type { RecordedDecision } from "./replay/replay-decision.js";
export { LogReplay } from "./replay/replay-log.js";
export { replayOne } from "./replay/replay-one.js";
export { type ReplayReport, reportReplay, sortedPairs } from "./replay/replay-report.js";
export { emptySummary, mergeSummaries, type ReplayPair, type ReplaySummary } from "./replay/replay-summary.js";
export { clampToBounds, estimateTokens } from "./tokens/estimate-tokens.js";
export { nextPieceEnd } from "./tokens/next-piece-end.js";
export { measureText, type TextMeasure, type TokenBounds, tokenBounds } from "./tokens/token-bounds.js";
export { needsExactCount, type TokenThresholds, tokenThresholds } from "./tokens/token-thresholds.js";
