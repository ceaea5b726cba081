import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Neighbouring mutants often fall to the same test: files that failed when they last ran come first, then the quickest. */
class LikeliestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { cache, config } = this.ctx;
    const lastRun = (file: TestSpecification) =>
      cache.getFileTestResults(`:${relative(config.root, file.moduleId)}`) ?? { failed: false, duration: 0 };
    return files.toSorted((one, other) => {
      const [before, after] = [lastRun(one), lastRun(other)];
      return Number(after.failed) - Number(before.failed) || before.duration - after.duration;
    });
  }
}

/** The tests that Stryker runs against each mutant of the engine's core: those of its folders, without the long ones. */
export default defineConfig({
  test: {
    include: [
      "test/engine/{conditions,compile,evaluate,rank}/**/*.test.ts",
      "test/mutation/**/*.test.ts",
      "test/differential/rebuild-agreement.test.ts",
    ],
    env: { REBUILD_POLICIES: "12" },
    exclude: ["test/engine/compile/tree-size.test.ts"],
    pool: "threads",
    isolate: false,
    testTimeout: 60_000,
    sequence: { sequencer: LikeliestFirst },
  },
});
