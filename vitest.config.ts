import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const modules = ["test/{differential,engine,policies,server}/**/*.test.ts"];
const surroundings = ["test/{house,editor,acceptance/dashboard}/**/*.test.ts"];
/** What is the same on every Node: what commands say, what the package exports, faults in many combinations, and several servers together. */
const once = [
  "test/cli/{bench-completion,check-formats,commands,diff,explain-request,keys,replay,test-options,walkthroughs}.test.ts",
  "test/acceptance/{agreement,content,databases-over-tls,kill,library,outbound-proxy,rolling-restart,shadow,tail,three-replicas}.test.ts",
  "test/fault/*.test.ts",
];

export default defineConfig({
  test: {
    testTimeout: 120_000, // for what hangs; machines may be busy
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    pool: "forks",
    isolate: false, // files share processes and what they import, which was half of the time of the small ones
    maxWorkers: availableParallelism() + 1, // some wait for timers and servers while others work
    reporters: ["default", "./scripts/summary-reporter.mjs"],
    projects: [
      { extends: true, test: { name: "modules", include: modules } },
      { extends: true, test: { name: "surroundings", include: surroundings } },
      { extends: true, test: { name: "once", include: once } },
      {
        extends: true,
        test: { name: "command", include: ["test/**/*.test.ts"], exclude: [...modules, ...surroundings, ...once] },
      },
    ],
  },
});
