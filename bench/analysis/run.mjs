// How long the analysis of large policies takes: `npm run bench:analysis`. Prints min / median / max over several policies.
import {
  analyzePolicy,
  compilePolicy,
  describeDiff,
  diffPolicies,
  renderDiff,
  whyNot,
} from "../../dist/engine/index.js";
import { realisticPolicy } from "./realistic-policy.mjs";

const shapes = { tenant: "", tags: ", teams by tags", users: ", teams by patterns of users" };

function compiled(rules, seed, told) {
  return compile(realisticPolicy(rules, seed, told));
}

function compile(files) {
  const { value, diagnostics } = compilePolicy(files);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  return value;
}

function report(what, milliseconds, more = "") {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? 0;
  console.log(
    `${what.padEnd(62)} ${[sorted[0], middle, sorted.at(-1)].map((each) => `${Math.round(each ?? 0)}`).join(" / ")} ms${more}`,
  );
}

console.log(`Node ${process.version}, min / median / max over 5 policies`);
for (const [told, words] of Object.entries(shapes)) {
  for (const rules of [100, 300, 1_000, 3_000]) {
    const times = [];
    const counts = [];
    for (let seed = 1; seed <= 5; seed++) {
      const policy = compiled(rules, seed, told);
      const start = performance.now();
      counts.push(analyzePolicy(policy).length);
      times.push(performance.now() - start);
    }
    report(`check ${rules} rules${words}`, times, `, ${counts.join(" ")} findings`);
  }
}

/** One edit in the middle: a threshold, a route, a rule that is gone, a rule that moved to the end. */
const edits = {
  threshold: (lines, at) =>
    lines.with(
      at,
      lines[at].replace(/(gte|lt): (\d+)k/, (_, word, count) => `${word}: ${Number(count) + 1}k`),
    ),
  route: (lines, at) => lines.with(at, lines[at].replace("fallback:", "retries: 2, fallback:")),
  deleted: (lines, at) => lines.toSpliced(at, 1),
  moved: (lines, at) => [...lines.toSpliced(at, 1), lines[at]],
};
for (const [told, words] of Object.entries(shapes)) {
  for (const [name, edit] of Object.entries(edits)) {
    const times = [];
    const counts = [];
    for (let seed = 1; seed <= 5; seed++) {
      const [policy, catalog] = realisticPolicy(500, seed, told);
      const [head, rest] = policy.text.split("rules:\n");
      const [rules, tail] = rest.split("\ndefault:");
      const lines = rules.split("\n");
      const at = lines.findIndex(
        (line, index) => index > 200 && line.includes("fallback") && /(gte|lt): \d+k/.test(line),
      );
      const text = `${head}rules:\n${edit(lines, at).join("\n")}\ndefault:${tail}`;
      const before = compile([policy, catalog]);
      const after = compile([{ name: "policy.yaml", text }, catalog]);
      const start = performance.now();
      const diff = describeDiff(diffPolicies(before.set, after.set), before, after);
      renderDiff(diff); // what is shown is described then
      times.push(performance.now() - start);
      counts.push(diff.changes.length);
    }
    report(`diff of 500 rules${words}, one rule: ${name}`, times, `, ${counts.join(" ")} changes`);
  }
}

for (const rules of [100, 1_000, 3_000]) {
  const times = [];
  const counts = [];
  for (let seed = 1; seed <= 5; seed++) {
    const policy = compiled(rules, seed);
    const facts = { tenant: "tenant-3", tags: ["task-1", "task-2"], context_tokens: 20_000 };
    const start = performance.now();
    const { by_client: byClient, by_operator: byOperator } = whyNot(policy, facts, {}, "maker3/model-8");
    times.push(performance.now() - start);
    counts.push(byClient.length + byOperator.length);
  }
  report(`why-not of ${rules} rules`, times, `, ${counts.join(" ")} answers`);
}
