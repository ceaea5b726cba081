import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000, // for what hangs; machines may be busy
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    maxWorkers: 2, // vitest takes one less than the machine has cores: on two, half of them would idle
    reporters: ["default", "./scripts/summary-reporter.mjs"],
  },
});
