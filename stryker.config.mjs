// Mutation testing of the engine's core, `npm run mutation`: see docs/testing.md.
export default {
  mutate: ["engine/{conditions,compile,evaluate,rank}/**/*.ts"],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  coverageAnalysis: "perTest",
  ignoreStatic: true, // what is evaluated once, on loading: tables and lists, each mutant of which needs all tests
  ignorePatterns: ["/bench", "/cli", "/coverage", "/dist", "/docs", "/examples", "/server", "/test/broken"],
  concurrency: 2,
  timeoutMS: 10_000, // and half as long again as the tests took: a busy machine is no killed mutant
  incremental: true,
  incrementalFile: "coverage/mutation/incremental.json",
  reporters: ["clear-text", "html", "json", "progress-append-only"],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: "coverage/mutation/mutation.html" },
  jsonReporter: { fileName: "coverage/mutation/mutation.json" },
};
