import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } }, // machines may be busy
    pool: "forks",
    maxWorkers: 2, // vitest takes one less than the machine has cores: on two, half of them would idle
    reporters: ["default", "./scripts/summary-reporter.mjs"],
  },
});
