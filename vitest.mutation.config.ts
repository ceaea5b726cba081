import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Most mutants fall to a short test: the longest files come last. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

/** The tests that Stryker runs against each mutant of the engine's core: those of its folders, without the long ones. */
export default defineConfig({
  test: {
    include: ["test/engine/{conditions,compile,evaluate,rank}/**/*.test.ts", "test/mutation/**/*.test.ts"],
    exclude: ["test/engine/compile/tree-size.test.ts"],
    pool: "threads",
    isolate: false,
    testTimeout: 60_000,
    sequence: { sequencer: QuickestFirst },
  },
});
