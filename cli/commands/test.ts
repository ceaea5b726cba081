import { resolve } from "node:path";
import { Command, Option } from "commander";
import { type CompiledPolicy, Coverage, describeGoal, suggestTests } from "../../engine/index.js";
import { CommandFailure } from "../command-failure.js";
import { type GlobalOptions, globalOptions } from "../global-options.js";
import { loadPoliciesWithTests } from "../load-policies.js";
import { coverageReport, foldUntested, renderCoverage } from "../policy-tests/render-coverage.js";
import { countFailed, renderTestRun, runTests } from "../policy-tests/run-tests.js";
import { watchPolicies } from "../policy-tests/watch-policies.js";
import { writeJunit } from "../policy-tests/write-junit.js";
import { whileSaying } from "../while-saying.js";
import { writeAtomically } from "../write-atomically.js";
import { writeJson } from "../write-json.js";

interface TestOptions {
  readonly coverage?: boolean;
  readonly suggest?: boolean;
  readonly all?: boolean;
  readonly watch?: boolean;
  readonly junit?: string;
}

/** `policy test`: runs the cases of `tests/*.yaml`. Exit 1 when one fails, or when there is none. */
export function testCommand(): Command {
  return new Command("test")
    .option("--coverage", "show which rules and predicate outcomes no test reaches")
    .addOption(
      new Option("--suggest", "write the missing cases to the standard output, each verified").conflicts([
        ...["coverage", "watch", "junit"],
      ]),
    )
    .option("--all", "with --coverage or --suggest: name everything that is not tested, however much")
    .option("--junit <file>", "write the results as JUnit XML too")
    .option("--watch", "run again whenever a file changes")
    .action(async (own: TestOptions, command: Command) => {
      const options = globalOptions(command);
      if (own.all === true && own.coverage !== true && own.suggest !== true)
        throw new CommandFailure(2, "policy test: --all goes with --coverage or --suggest only");
      if (own.suggest === true) return suggest(await loadPoliciesWithTests(options), options, own.all === true);
      if (own.watch !== true) return testOnce(own, options);
      await watchPolicies(resolve(options.policies), async () => {
        await testOnce(own, options).catch((error: unknown) => {
          if (!(error instanceof CommandFailure)) throw error;
          if (error.message !== "") process.stderr.write(`${error.message}\n`);
        });
        process.stdout.write("watching for changes; end with Ctrl-C\n");
      });
    });
}

async function testOnce(own: TestOptions, options: GlobalOptions): Promise<void> {
  const policy = await loadPoliciesWithTests(options);
  const run = whileSaying("testing", policy, () => runTests(policy));
  const coverage = own.coverage === true ? measure(policy) : undefined;
  const failed = countFailed(run);
  if (options.json) {
    const passed = run.results.length - failed;
    const tests = run.results.map(({ name, file, line, passed: isPassed, failures }) => {
      return { name, file, line, passed: isPassed, failures };
    });
    writeJson({
      ...{ passed, failed, tests },
      ...(coverage === undefined ? {} : { coverage: coverageReport(policy, coverage) }),
    });
  } else {
    process.stdout.write(renderTestRun(run, options.color));
    if (coverage !== undefined) process.stdout.write(renderCoverage(policy, coverage, options.color, own.all === true));
  }
  if (own.junit !== undefined) {
    await writeAtomically(own.junit, writeJunit(run)).catch((error: Error) => {
      throw new CommandFailure(2, `policy test: cannot write ${own.junit}: ${error.message}`);
    });
  }
  if (run.results.length === 0) {
    throw new CommandFailure(1, "no tests were found: add files of `kind: test` under tests/ in the policy directory");
  }
  if (failed > 0) throw new CommandFailure(1);
}

function measure(policy: CompiledPolicy): Coverage {
  const coverage = new Coverage(policy.set);
  for (const { request, forall } of policy.tests) if (forall === undefined) coverage.add(request);
  return coverage;
}

/** The cases go to stdout, ready for a file; what they lack goes to stderr. */
function suggest(policy: CompiledPolicy, options: GlobalOptions, all: boolean): void {
  const { text, count, impossible, open } = whileSaying("looking at", policy, () => suggestTests(policy));
  const describe = (goals: typeof open) => goals.map((goal) => describeGoal(policy, goal));
  const [never, missed] = [describe(impossible), describe(open)];
  if (options.json) {
    writeJson({ count, text, cannot_happen: never, not_found: missed });
    return;
  }
  process.stdout.write(text);
  process.stderr.write(`${count} ${count === 1 ? "case" : "cases"}; they expect what the policy does now: read them\n`);
  const lines = [
    ...missed.map((goal) => `no request found for: ${goal}`),
    ...never.map((goal) => `no request over HTTP can do it: ${goal}`),
  ];
  const { shown, rest } = foldUntested(lines, all);
  for (const line of [...shown, ...rest]) process.stderr.write(`${line}\n`);
}
