import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000, // for what hangs; machines may be busy
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    maxWorkers: availableParallelism() + 1, // some wait for timers and servers while others work
    reporters: ["default", "./scripts/summary-reporter.mjs"],
  },
});
