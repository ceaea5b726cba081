// Prints the score of each folder in a report of mutation testing, and fails when one is below the goal or nothing was judged.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

const GOAL_PERCENT = 85;

const folders = new Map();
for (const [file, { mutants }] of Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8")).files)) {
  const counts = folders.get(dirname(file)) ?? {};
  for (const { status } of mutants) counts[status] = (counts[status] ?? 0) + 1;
  folders.set(dirname(file), counts);
}

let isGood = folders.size > 0;
for (const [folder, counts] of folders) {
  const { Killed = 0, Timeout = 0, Survived = 0, NoCoverage = 0, Ignored = 0, ...others } = counts;
  const judged = Killed + Timeout + Survived + NoCoverage;
  const score = judged === 0 ? 0 : (100 * (Killed + Timeout)) / judged;
  isGood &&= score >= GOAL_PERCENT;
  const parts = {
    killed: Killed,
    "timed out": Timeout,
    survived: Survived,
    "not covered": NoCoverage,
    ignored: Ignored,
  };
  const text = Object.entries({ ...parts, ...others }).map(([name, count]) => `${count} ${name}`);
  console.log(`${folder}: ${score.toFixed(1)} % of ${judged} mutants (${text.join(", ")})`);
}
if (!isGood) console.error(`error: the goal is ${GOAL_PERCENT} % in each folder`);
process.exit(isGood ? 0 : 1);
