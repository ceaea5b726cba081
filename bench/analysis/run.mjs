// How long the analysis of large policies takes: `npm run bench:analysis`. Prints min / median / max over several policies.
import { analyzePolicy, compilePolicy } from "../../dist/engine/index.js";
import { realisticPolicy } from "./realistic-policy.mjs";

function compiled(rules, seed) {
  const files = realisticPolicy(rules, seed);
  const { value, diagnostics } = compilePolicy(files);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  return value;
}

function report(what, milliseconds, more = "") {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? 0;
  console.log(
    `${what.padEnd(44)} ${[sorted[0], middle, sorted.at(-1)].map((each) => `${Math.round(each ?? 0)}`).join(" / ")} ms${more}`,
  );
}

console.log(`Node ${process.version}, min / median / max over 5 policies`);
for (const rules of [100, 300, 1_000]) {
  const times = [];
  const counts = [];
  for (let seed = 1; seed <= 5; seed++) {
    const policy = compiled(rules, seed);
    const start = performance.now();
    counts.push(analyzePolicy(policy).length);
    times.push(performance.now() - start);
  }
  report(`check ${rules} rules`, times, `, ${counts.join(" ")} findings`);
}
