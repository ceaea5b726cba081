import { type CompiledPolicy, positionOf, runPolicyTest } from "../../engine/index.js";

/** A policy test that does not hold. Plain data. */
export interface FailedTest {
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What was expected and what happened, in words. */
  readonly failures: readonly string[];
}

/**
 * Runs the tests that a policy brings. A case takes well under a millisecond, a property that is proved up to some tenths of
 * a second: not for the thread that serves.
 */
export function failedTests(policy: CompiledPolicy): readonly FailedTest[] {
  return policy.tests.flatMap((test) => {
    const { passed, failures } = runPolicyTest(policy, test);
    if (passed) return [];
    const { file } = test.span;
    return [{ name: test.name, file, line: positionOf(policy.files, test.span).line, failures }];
  });
}
