import type { Command } from "commander";
import { formatUsd } from "../../engine/compiling.js";
import { parseBudget, periods } from "../../server/keys/limits.js";
import { CommandFailure } from "../command-failure.js";

export interface LimitOptions {
  readonly budget?: readonly string[];
  readonly rpm?: string;
  readonly tpm?: string;
  readonly concurrent?: string;
}

export function addLimitOptions(command: Command): Command {
  return command
    .option("--budget <usd/period>", `50/month, 5/day; ${periods.join(", ")}; may be repeated`, listed)
    .option("--rpm <count>", "requests per minute")
    .option("--tpm <count>", "tokens per minute, prompt and answer: 200k")
    .option("--concurrent <count>", "requests under way at the same time");
}

/** Limits as `/admin/limits` takes them. @throws CommandFailure when a budget is malformed. */
export function limitsFromFlags({ budget, rpm, tpm, concurrent }: LimitOptions): object {
  const budgets = (budget ?? []).map((text): [string, string] => {
    const read = parseBudget(text);
    if (read === undefined) {
      throw new CommandFailure(2, `policy: --budget ${text}: write it as USD/PERIOD, as in 50/month or 0.5/day`);
    }
    return [read.period, formatUsd(read.limit)];
  });
  const twice = budgets.find(([period], index) => budgets.findIndex((one) => one[0] === period) !== index);
  if (twice !== undefined) {
    throw new CommandFailure(2, `policy: --budget: there are two for \`${twice[0]}\`; give one for each period`);
  }
  return {
    ...(budgets.length === 0 ? {} : { budgets: Object.fromEntries(budgets) }),
    ...(rpm === undefined ? {} : { requests_per_minute: rpm }),
    ...(tpm === undefined ? {} : { tokens_per_minute: tpm }),
    ...(concurrent === undefined ? {} : { concurrent }),
  };
}

/** A value separated by commas that may be given several times. Empty parts stay, for whoever reads them to refuse: an empty variable of a script must not lift a limit. */
export function listed(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(",").map((part) => part.trim())];
}
