import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type CompiledPolicy,
  compilePolicy,
  type Diagnostic,
  isTestFile,
  loadCompiledPolicy,
  renderDiagnostics,
  type SourceFile,
} from "../engine/compiling.js";
import { isYamlName, PolicyDirectoryError } from "../server/policy-files/list-policy-files.js";
import { readPolicyDirectory } from "../server/policy-files/read-policy-directory.js";
import { reasonOf } from "../server/reason-of.js";
import { CommandFailure } from "./command-failure.js";
import type { GlobalOptions } from "./global-options.js";
import { helpForFile, helpForMissing, isFile } from "./help-for-missing.js";

/** Reads the policy directory. @throws CommandFailure: 2 when it cannot be read, 1 when a file of it is no text. */
export async function readPolicies(options: GlobalOptions): Promise<readonly SourceFile[]> {
  try {
    return await readPolicyDirectory(resolve(options.policies));
  } catch (error) {
    if (error instanceof PolicyDirectoryError && error.code === "not_text") {
      throw new CommandFailure(1, `error: ${policyPrefix(options)}${error.message}`);
    }
    const reason = reasonOf(error);
    const isMissing =
      error instanceof PolicyDirectoryError && error.code === "missing" && error.path === resolve(options.policies);
    const help = isMissing ? `\n  help: ${await helpForMissing(options.policies)}` : "";
    throw new CommandFailure(2, `cannot read the policy directory ${options.policies}: ${reason}${help}`);
  }
}

/**
 * Reads and compiles the policy directory, or loads a compiled file, for a command that needs a policy that decides. Its
 * tests are left out: a test that lags behind an edit does not keep the edit from being looked at.
 * @throws CommandFailure: 2 when it cannot be read, 1 when it is invalid (diagnostics are printed as `policy check` does).
 */
export async function loadPolicies(options: GlobalOptions): Promise<CompiledPolicy> {
  return (
    (await loadCompiledFile(options.policies)) ?? compileForCommand(withoutTests(await readPolicies(options)), options)
  );
}

/** The same with the policy's tests, which must be sound too. @throws CommandFailure as `loadPolicies`. */
export async function loadPoliciesWithTests(options: GlobalOptions): Promise<CompiledPolicy> {
  return (await loadCompiledFile(options.policies)) ?? compileForCommand(await readPolicies(options), options);
}

/** The files of a policy that say how requests are routed. */
export function withoutTests(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter((file) => !isTestFile(file));
}

function compileForCommand(files: readonly SourceFile[], options: GlobalOptions): CompiledPolicy {
  const { value, diagnostics } = compilePolicy(files);
  if (value !== undefined) return value;
  throw new CommandFailure(1, renderForTerminal(diagnostics, files, options));
}

/** The policy in a file that `policy compile` wrote; undefined when the name is not a file's. */
async function loadCompiledFile(path: string): Promise<CompiledPolicy | undefined> {
  if (!(await isFile(path))) return undefined;
  if (isYamlName(path)) throw new CommandFailure(2, `${path} is no policy directory\n  help: ${helpForFile(path)}`);
  try {
    return loadCompiledPolicy(await readFile(path, "utf8"));
  } catch (error) {
    throw new CommandFailure(2, `cannot load ${path}: ${reasonOf(error)}`);
  }
}

/** Diagnostics with paths as the user sees them from the current folder. */
export function renderForTerminal(
  diagnostics: readonly Diagnostic[],
  files: readonly SourceFile[],
  options: GlobalOptions,
): string {
  return renderDiagnostics(diagnostics, files, { color: options.color, prefix: policyPrefix(options) });
}

/** What stands before a file's name in messages: the policy directory as the user wrote it, without `./`. */
export function policyPrefix(options: GlobalOptions): string {
  const shown = options.policies.replace(/^\.\//, "").replace(/\/+$/, "");
  return shown === "." || shown === "" ? "" : `${shown}/`;
}
