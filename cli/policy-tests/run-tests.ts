import { styleText } from "node:util";
import { type CompiledPolicy, positionOf, runPolicyTest, safeText } from "../../engine/index.js";

export interface TestRun {
  readonly results: readonly {
    readonly name: string;
    readonly file: string;
    readonly line: number;
    readonly passed: boolean;
    readonly failures: readonly string[];
  }[];
  readonly seconds: number;
}

/** Runs every case of a policy's tests. */
export function runTests(policy: CompiledPolicy): TestRun {
  const start = performance.now();
  const results = policy.tests.map((test) => {
    const { passed, failures } = runPolicyTest(policy, test);
    const { line } = positionOf(policy.files, test.span);
    return { name: test.name, file: test.span.file, line, passed, failures };
  });
  return { results, seconds: (performance.now() - start) / 1000 };
}

export function countFailed({ results }: TestRun): number {
  return results.filter(({ passed }) => !passed).length;
}

/** Each case as `ok` or `FAIL`, with what was expected, and a last line that counts. */
export function renderTestRun(run: TestRun, color: boolean): string {
  const paint = (style: "red" | "green", text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const lines = run.results.flatMap(({ name, file, line, passed, failures }) => [
    passed
      ? `${paint("green", "ok")}    ${safeText(name)}`
      : `${paint("red", "FAIL")}  ${safeText(`${name}  (${file}:${line})`)}`,
    ...failures.flatMap((failure) => failure.split("\n").map((one) => `      ${safeText(one)}`)),
  ]);
  const failed = countFailed(run);
  return [...lines, `${run.results.length - failed} passed, ${failed} failed`, ""].join("\n");
}
