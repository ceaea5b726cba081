// `npm run mutation [-- options of stryker run]`: mutation testing of the engine's core, a folder at a time, so that a run that is
// broken off keeps the folders it has done; then the scores, and failure when one is too low. See docs/testing.md.
import { spawnSync } from "node:child_process";

const run = (script, ...args) => spawnSync(process.execPath, [script, ...args], { stdio: "inherit" }).status ?? 1;

const options = process.argv.slice(2);
const folders = ["conditions", "compile", "evaluate", "rank"].map((folder) => `engine/${folder}/**/*.ts`);
const scopes = options.includes("--mutate") ? [[]] : folders.map((files) => ["--mutate", files]);
for (const scope of scopes) {
  const code = run("node_modules/@stryker-mutator/core/bin/stryker.js", "run", ...scope, ...options);
  if (code !== 0) process.exit(code);
}
process.exit(run("scripts/mutation-scores.mjs", "coverage/mutation/mutation.json"));
