import { type CompiledPolicy, renderDiagnostics, type SourceFile } from "../../engine/serving.js";
import { reasonOf } from "../reason-of.js";
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

/** What reading the files warned of: a file that nothing reads, `total: 30` for 30 ms. */
export interface Warnings {
  readonly count: number;
  readonly codes: readonly string[];
  /** For the operator, with code frames. */
  readonly text: string;
}

export type Prepared =
  | { readonly policy: CompiledPolicy; readonly warnings: Warnings | undefined }
  | { readonly refusal: Refusal };

/** Compiles files and, with `gate`, runs the tests they bring. Never rejects. */
export async function preparePolicy(
  files: readonly SourceFile[],
  options: { readonly compile: CompilePolicyFiles; readonly gate: boolean; readonly prefix: string },
): Promise<Prepared> {
  let result: CompileResult;
  try {
    result = await options.compile(files, options.gate);
  } catch (error) {
    const text = `error: ${reasonOf(error)}`;
    return { refusal: { errors: 1, codes: ["compiler"], text, final: false } };
  }
  const { value: policy, diagnostics, failedTests = [] } = result;
  if (policy === undefined) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    const codes = [...new Set(errors.map((diagnostic) => diagnostic.code))];
    const text = renderDiagnostics(diagnostics, files, { prefix: options.prefix });
    return { refusal: { errors: errors.length, codes, text, final: true } };
  }
  if (failedTests.length === 0) {
    const text = renderDiagnostics(diagnostics, files, { prefix: options.prefix });
    const codes = [...new Set(diagnostics.map((diagnostic) => diagnostic.code))];
    return { policy, warnings: diagnostics.length === 0 ? undefined : { count: diagnostics.length, codes, text } };
  }
  const texts = failedTests.map(({ name, file, line, failures }) => {
    const reasons = failures.map((failure) => `  ${failure.replaceAll("\n", "\n  ")}`);
    return [`${options.prefix}${file}:${line}: test failed: ${name}`, ...reasons].join("\n");
  });
  const text = `error: ${texts.length} of ${policy.tests.length} policy tests fail\n${texts.join("\n")}`;
  return { refusal: { errors: texts.length, codes: ["gate"], text, final: true } };
}
