import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type CompiledPolicy,
  positionOf,
  renderDiagnostics,
  runPolicyTest,
  type SourceFile,
} from "../../engine/index.js";
import type { CompilePolicyFiles, CompileResult } from "./policy-store.js";

/** Why a set of files may not serve. */
export interface Refusal {
  readonly errors: number;
  readonly codes: readonly string[];
  /** For the operator, with code frames. */
  readonly text: string;
  /** The same files would be refused again (false when the compiling thread crashed). */
  readonly final: boolean;
}

export type Prepared = { readonly policy: CompiledPolicy } | { readonly refusal: Refusal };

/** Compiles files and, with `gate`, runs the tests they bring. Never rejects. */
export async function preparePolicy(
  files: readonly SourceFile[],
  options: { readonly compile: CompilePolicyFiles; readonly gate: boolean; readonly prefix: string },
): Promise<Prepared> {
  let result: CompileResult;
  try {
    result = await options.compile(files);
  } catch (error) {
    const text = `error: ${error instanceof Error ? error.message : String(error)}`;
    return { refusal: { errors: 1, codes: ["compiler"], text, final: false } };
  }
  const { value: policy, diagnostics } = result;
  if (policy === undefined) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    const codes = [...new Set(errors.map((diagnostic) => diagnostic.code))];
    const text = renderDiagnostics(diagnostics, files, { prefix: options.prefix });
    return { refusal: { errors: errors.length, codes, text, final: true } };
  }
  const failures = options.gate ? await failedTests(policy, options.prefix) : [];
  if (failures.length === 0) return { policy };
  const text = `error: ${failures.length} of ${policy.tests.length} policy tests fail\n${failures.join("\n")}`;
  return { refusal: { errors: failures.length, codes: ["gate"], text, final: true } };
}

/** One text for each test that fails. A test takes well under a millisecond; requests are served between two. */
async function failedTests(policy: CompiledPolicy, prefix: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const test of policy.tests) {
    const { passed, failures } = runPolicyTest(policy, test);
    if (!passed) {
      const { line } = positionOf(policy.files, test.span);
      const reasons = failures.map((failure) => `  ${failure.replaceAll("\n", "\n  ")}`);
      texts.push([`${prefix}${test.span.file}:${line}: test failed: ${test.name}`, ...reasons].join("\n"));
    }
    await nextTurn();
  }
  return texts;
}
