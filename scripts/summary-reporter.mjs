// Closes the run of vitest with one plain line, "Tests: N passed, N failed, N skipped", for people and for CI.
export default class SummaryReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const testModule of testModules) {
      let failedTests = 0;
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        counts[state === "passed" ? "passed" : state === "failed" ? "failed" : "skipped"] += 1;
        if (state === "failed") failedTests += 1;
      }
      if (testModule.state() === "failed" && failedTests === 0) counts.failed += 1; // a file that did not load
    }
    counts.failed += unhandledErrors.length;
    console.log(`\nTests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
