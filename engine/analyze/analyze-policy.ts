import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../diagnostics/diagnostic-codes.js";
import { Report } from "../diagnostics/report.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { limits } from "../source/limits.js";
import { checkContextOf } from "./check-context.js";
import { checks } from "./checks.js";
import { applyIgnoreComments } from "./ignore-comments.js";
import { httpRequests, type RequestAssumptions } from "./space/request-assumptions.js";

export interface AnalyzeOptions {
  /** What is taken for granted about requests. Default: what the proxy observes ({@link httpRequests}). */
  readonly assumptions?: RequestAssumptions;
  /** Also what is off unless asked for: overlaps, superfluous guards, combinations of guards. Default false. */
  readonly all?: boolean;
}

/** Codes that are looked for only when all findings are asked for. */
const onlyWithAll: ReadonlySet<DiagnosticCode> = new Set(["RW2003", "RW2004", "RW2104"]);

/**
 * What is questionable about a sound policy, found by exact analysis over all requests: rules that never decide,
 * conditions that cannot be true, guards that act on absence, candidates that cannot serve. Warnings and infos by place;
 * comments `# policy-ignore CODE: reason` are honoured.
 */
export function analyzePolicy(policy: CompiledPolicy, options: AnalyzeOptions = {}): readonly Diagnostic[] {
  const { assumptions = httpRequests, all = false } = options;
  const context = checkContextOf(policy, assumptions, all);
  const report = new Report();
  const findings = checks.flatMap((check) => [...check(context)]);
  report.add(applyIgnoreComments(findings, policy.files, (code) => all || !onlyWithAll.has(code)));
  return report.sorted(limits.diagnostics);
}
