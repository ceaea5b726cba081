import { Command, InvalidArgumentError, Option } from "commander";
import { findExamples, plainFacts, renderTable, type SimulatedFault, simulatedFaults } from "../../engine/index.js";
import type { RehearsalResult } from "../../server/chaos/rehearse.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { loadPolicies } from "../load-policies.js";
import { printTable } from "../print-table.js";
import { ProgressBar } from "../progress-bar.js";
import { writeJson } from "../write-json.js";

/** What the proxy knows of every request: a guard on one of these does not act because it is absent. */
const small = { ...plainFacts, context_tokens: 1_000 };

/** `policy chaos`: what clients would see of this policy while providers fail. Exit 1 when something is not survived that should be. */
export function chaosCommand(): Command {
  return new Command("chaos")
    .addOption(
      new Option("--faults <list>", `only these, separated by commas: ${simulatedFaults.join(", ")}`).argParser(
        readFaults,
      ),
    )
    .action(async (own: { faults?: readonly SimulatedFault[] }, command: Command) => {
      const options = globalOptions(command);
      const policy = await loadPolicies(options);
      // Loaded here: the other commands start in half the time without the server.
      const { rehearse } = await import("../../server/chaos/rehearse.js");
      const { examples, open } = findExamples(policy, small);
      const { stream: _, ...plain } = small; // both ways are rehearsed
      const requests = [
        { name: "a plain request", facts: plain },
        ...examples.map(({ rule, facts }) => ({ name: `a request for ${rule}`, facts: { ...plain, ...facts } })),
      ];
      let progress: ProgressBar | undefined;
      const results = await rehearse(policy, requests, own.faults, (all) => {
        progress ??= new ProgressBar(process.stderr, all, "rehearsals");
        progress.add(1, 1);
      }).finally(() => progress?.end());
      if (options.json) writeJson({ ...report(results), not_rehearsed: open });
      else process.stdout.write(`${render(results)}${notRehearsed(open)}`);
      if (results.some(isBad)) throw new CommandFailure(1, "");
    });
}

function notRehearsed(rules: readonly string[]): string {
  return rules.length === 0
    ? ""
    : `not rehearsed, because no request was found that they decide: ${rules.join(", ")}\n`;
}

function isBad({ verdict }: RehearsalResult): boolean {
  return verdict === "not_survived" || verdict === "broken";
}

function report(results: readonly RehearsalResult[]): object {
  const count = (verdict: RehearsalResult["verdict"]) => results.filter((result) => result.verdict === verdict).length;
  return {
    answered: count("answered"),
    error: count("error"),
    not_survived: count("not_survived"),
    broken: count("broken"),
    results,
  };
}

/** A table for each request: a line for each fault, a column for each place and way. */
function render(results: readonly RehearsalResult[]): string {
  const blocks = new Map<string, RehearsalResult[]>();
  for (const result of results) {
    const title = `${result.rule}: ${result.request} (${candidatesOf(result)})`;
    blocks.set(title, [...(blocks.get(title) ?? []), result]);
  }
  const bad = results.filter(isBad).length;
  const answered = results.filter(({ verdict }) => verdict === "answered").length;
  return [
    ...[...blocks].map(([title, block]) => `${title}\n${renderBlock(block)}\n`),
    `${results.length} rehearsals: ${answered} answered, ${results.length - answered - bad} errors as documented, ${bad} not as they should be\n`,
  ].join("");
}

function candidatesOf({ candidates }: RehearsalResult): string {
  return candidates === 1 ? "one candidate, nothing behind it" : `${candidates} candidates`;
}

/** On a terminal that is too narrow for the table, each fault has a line for each column. */
function renderBlock(block: readonly RehearsalResult[]): string {
  const rows = rowsOf(block);
  const table = printTable(rows);
  const { columns: width = Number.POSITIVE_INFINITY } = process.stdout;
  if (table.split("\n").every((line) => line.length <= width)) return table;
  const [[, ...titles] = [], ...faults] = rows;
  return faults
    .flatMap(([fault = "", ...cells]) => [
      fault,
      ...renderTable(
        cells.map((cell, column) => [titles[column] ?? "", cell]),
        4,
        false,
        width,
      ),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

const columns = [
  { at: "first", stream: false, title: "first candidate, whole" },
  { at: "first", stream: true, title: "first candidate, stream" },
  { at: "all", stream: false, title: "all, whole" },
  { at: "all", stream: true, title: "all, stream" },
] as const;

function rowsOf(block: readonly RehearsalResult[]): readonly (readonly string[])[] {
  const shown = columns.filter(({ at }) => block.some((result) => result.at === at));
  const faults = [...new Set(block.map(({ fault }) => fault))];
  return [
    ["  fault", ...shown.map(({ title }) => title)],
    ...faults.map((fault) => [
      `  ${fault}`,
      ...shown.map(({ at, stream }) => {
        const result = block.find((one) => one.fault === fault && one.at === at && one.stream === stream);
        return result === undefined ? "" : cellOf(result);
      }),
    ]),
  ];
}

function cellOf({ verdict, saw }: RehearsalResult): string {
  if (verdict === "answered") return "ok";
  if (verdict === "error") return saw;
  return `${verdict === "broken" ? "BROKEN" : "NOT SURVIVED"}: ${saw}`;
}

function readFaults(text: string): readonly SimulatedFault[] {
  return text.split(",").map((part) => {
    const fault = simulatedFaults.find((known) => known === part.trim());
    if (fault === undefined) {
      throw new InvalidArgumentError(`there is no fault "${part.trim()}"; there are ${simulatedFaults.join(", ")}.`);
    }
    return fault;
  });
}
