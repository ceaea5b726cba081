import { cpus } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import {
  type CompiledPolicy,
  decide,
  decideInOrder,
  type Facts,
  rank,
  renderTable,
  sampleRequests,
  seededRandom,
  shortRevision,
  type WorstCase,
  worstCase,
  writeCount,
  writeCounted,
} from "../../engine/index.js";
import { inlineMore } from "../../server/inline-more.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { loadPolicies } from "../load-policies.js";
import { writeJson } from "../write-json.js";

const REQUESTS = 4_096;
const ROUNDS = 7;
/** What is measured, in the words of the table. */
const labels = {
  tree: "by the tree",
  costliest_request: "its costliest request",
  in_order: "in order",
  tree_and_rank: "tree and rank",
} as const;
type Contender = keyof typeof labels;

/** `policy bench`: how fast this policy decides on this machine, beside the rules read in order. */
export function benchCommand(): Command {
  return new Command("bench")
    .addOption(new Option("--seed <n>", "what the requests are drawn from").default(1).argParser(wholeNumber))
    .addOption(new Option("--seconds <n>", "how long to measure, in all").default(3).argParser(positive))
    .action(async (own: { seed: number; seconds: number }, command: Command) => {
      inlineMore(); // as the server does
      const options = globalOptions(command);
      const policy = await loadPolicies(options);
      const requests = sampleRequests(policy.set, REQUESTS, seededRandom(own.seed));
      compare(policy, requests);
      const worst = worstCase(policy.tree);
      const results = measure(policy, requests, costliest(policy, requests), own.seconds);
      if (options.json) {
        const { name, revision, set } = policy;
        const machine = { cpu: cpus()[0]?.model ?? "unknown", node: process.version };
        const report = {
          ...{ policy: { name, revision, rules: set.rules.length }, machine, seed: own.seed, requests: REQUESTS },
          ...{ decisions_per_second: results, worst_case: worst },
        };
        writeJson(report);
        return;
      }
      const rows = Object.entries(results).map(([name, { median, min, max }]) => [
        labels[name as Contender],
        { text: `${writeCount(median)}/s`, align: "right" as const },
        { text: `${(1e6 / median).toFixed(2)} µs each`, align: "right" as const },
        `(${writeCount(min)} to ${writeCount(max)})`,
      ]);
      process.stdout.write(
        [
          `${policy.name}@${shortRevision(policy.revision)} · ${writeCounted(policy.set.rules.length, "rule")} · ${cpus()[0]?.model ?? "?"}, Node ${process.version}`,
          ...renderTable(rows, 2, options.color),
          `${writeCount(REQUESTS)} requests at the edges of the policy, seed ${own.seed}; tree and rules in order agree on all of them`,
          describe(worst, policy.set.rules.length),
          "",
        ].join("\n"),
      );
    });
}

function describe({ rules, predicates, words }: WorstCase, all: number): string {
  const bitmaps = words === 0 ? "" : ` and reads ${writeCounted(words, "word")} of bitmaps`;
  return `whatever the request, a decision asks at most ${writeCount(Math.min(rules, all))} of ${writeCounted(all, "rule")}, tests ${writeCounted(predicates, "predicate")}${bitmaps}`;
}

/** Correctness comes before speed. */
function compare(policy: CompiledPolicy, requests: readonly Facts[]): void {
  for (const request of requests) {
    const [tree, inOrder] = [decide(policy, request), decideInOrder(policy.set, request)];
    const isSame =
      tree.denied?.rule === inOrder.denied?.rule &&
      tree.route.ruleNumber === inOrder.route.ruleNumber &&
      tree.requirements.length === inOrder.requirements.length &&
      tree.requirements.every((rule, index) => rule === inOrder.requirements[index]);
    if (!isSame) {
      throw new CommandFailure(
        1,
        `policy bench: the tree decides otherwise than the rules in order, a fault in Routewright; please report ${JSON.stringify(request)}`,
      );
    }
  }
}

/** The request that takes longest: all are tried for a moment, the slowest ones again for longer. */
function costliest(policy: CompiledPolicy, requests: readonly Facts[]): Facts {
  let slowest = requests;
  for (const [repeats, kept] of [
    [10, 256],
    [100, 16],
    [2_000, 1],
  ] as const) {
    const timed = slowest.map((request) => {
      const start = performance.now();
      for (let repeat = 0; repeat < repeats; repeat++) decide(policy, request);
      return { request, ms: performance.now() - start };
    });
    slowest = timed
      .sort((one, other) => other.ms - one.ms)
      .slice(0, kept)
      .map(({ request }) => request);
  }
  return slowest[0] as Facts;
}

interface Rate {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The contenders take turns, so that what else the machine does hits all of them. */
function measure(
  policy: CompiledPolicy,
  requests: readonly Facts[],
  costly: Facts,
  seconds: number,
): Record<string, Rate> {
  let kept = 0; // results are used, so that no work can be left out
  const contenders: Readonly<Record<Contender, (request: Facts) => number>> = {
    tree: (request) => decide(policy, request).route.ruleNumber,
    costliest_request: () => decide(policy, costly).route.ruleNumber,
    in_order: (request) => decideInOrder(policy.set, request).route.ruleNumber,
    tree_and_rank: (request) => rank(policy, decide(policy, request), request, {}).attempts.length,
  };
  const names = Object.keys(contenders) as Contender[];
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  const share = (1000 * seconds) / (ROUNDS * names.length);
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of names) {
      const work = contenders[name];
      const start = performance.now();
      let passes = 0;
      do {
        for (const request of requests) kept += work(request);
        passes++;
      } while (performance.now() - start < share);
      // The first round only warms up.
      if (round >= 0) rates[name]?.push((1000 * passes * requests.length) / (performance.now() - start));
    }
  }
  if (Number.isNaN(kept)) throw new Error("invariant: a decision has no number");
  return Object.fromEntries(
    names.map((name) => {
      const sorted = (rates[name] ?? []).toSorted((a, b) => a - b).map(Math.round);
      return [name, { median: sorted[sorted.length >> 1] ?? 0, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 }];
    }),
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("it must be a whole number.");
  return Number(text);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 600)) throw new InvalidArgumentError("it must be from above 0 to 600.");
  return value;
}
