import { styleText } from "node:util";
import { Command } from "commander";
import { positionOf, runPolicyTest } from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { loadPolicies } from "../load-policies.js";

/** `policy test`: runs the cases of `tests/*.yaml`. Exit 1 when one fails, or when there is none. */
export function testCommand(): Command {
  return new Command("test")
    .description("run the test cases of the policy directory")
    .action(async (_own: unknown, command: Command) => {
      const options = globalOptions(command);
      const policy = await loadPolicies(options);
      const results = policy.tests.map((test) => ({ test, ...runPolicyTest(policy, test) }));
      const failed = results.filter((result) => !result.passed);
      if (options.json) {
        const report = results.map(({ test, passed, failures }) => ({
          name: test.name,
          file: test.span.file,
          line: positionOf(policy.files, test.span).line,
          passed,
          failures,
        }));
        process.stdout.write(
          `${JSON.stringify({ passed: results.length - failed.length, failed: failed.length, tests: report }, undefined, 2)}\n`,
        );
      } else {
        const paint = (style: "red" | "green", text: string) =>
          options.color ? styleText(style, text, { validateStream: false }) : text;
        for (const { test, passed, failures } of results) {
          const place = `${test.span.file}:${positionOf(policy.files, test.span).line}`;
          process.stdout.write(
            passed
              ? `${paint("green", "ok")}    ${test.name}\n`
              : `${paint("red", "FAIL")}  ${test.name}  (${place})\n`,
          );
          for (const line of failures) process.stdout.write(`      ${line.replaceAll("\n", "\n      ")}\n`);
        }
        process.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
      }
      if (results.length === 0) {
        throw new CommandFailure(
          1,
          "no tests were found: add files of `kind: test` under tests/ in the policy directory",
        );
      }
      if (failed.length > 0) throw new CommandFailure(1);
    });
}
