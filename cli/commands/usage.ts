import { Command } from "commander";
import { InvalidSettings } from "../../server/keys/read-key-settings.js";
import { readUsageQuery, usageToCsv, usageToJson } from "../../server/ledger/read-usage-query.js";
import {
  MAX_USAGE_ROWS,
  queryUsage,
  type UsageQuery,
  type UsageRow,
  usageGroups,
} from "../../server/ledger/usage-query.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { databaseOption, withExistingDatabase } from "../open-cli-database.js";
import { printTable } from "../print-table.js";
import { writeJson } from "../write-json.js";

/** `policy usage`: what was used and spent, from the server's database. */
export function usageCommand(): Command {
  const command = new Command("usage")
    .addOption(databaseOption())
    .option("--by <groups>", `${usageGroups.join(", ")}, day, hour; several with commas`, "model")
    .option("--from <time>", "a date or time, UTC; the last 30 days if neither is given")
    .option("--to <time>", "until before this date or time")
    .option("--csv", "print CSV");
  for (const group of usageGroups) command.option(`--${group} <${group}>`, `only this ${group}`);
  return command.action(async (own: Record<string, string> & { csv?: boolean }, self: Command) => {
    const { database = "", csv, ...given } = own as Record<string, string | boolean>;
    const query = readQuery(given);
    const answer = await withExistingDatabase(String(database), (opened) => queryUsage(opened, query));
    const { rows, isCut } = answer;
    if (isCut) {
      process.stderr.write(
        `policy usage: only the first ${MAX_USAGE_ROWS} sums are shown; ask for less: --from, --to, --model …\n`,
      );
    }
    if (globalOptions(self).json) writeJson(usageToJson(answer, query));
    else process.stdout.write(csv === true ? usageToCsv(rows, query) : tableOf(rows));
  });
}

function readQuery(given: Readonly<Record<string, string | boolean>>): UsageQuery {
  try {
    return readUsageQuery(given, Date.now());
  } catch (error) {
    if (error instanceof InvalidSettings) throw new CommandFailure(2, `policy usage: --${error.message}`);
    throw error;
  }
}

function tableOf(rows: readonly UsageRow[]): string {
  const [first] = rows;
  if (first === undefined) return "nothing was used in that time\n";
  const columns: readonly string[] = ["time", "key_name", ...usageGroups];
  const names = Object.keys(first).filter((name) => columns.includes(name));
  const heads = [
    ...names.map((name) => name.toUpperCase().replace("_", " ")),
    "CALLS",
    "ANSWERED",
    "INPUT",
    "CACHED",
    "OUTPUT",
  ];
  const usd = (value: number) => `$${value.toFixed(value !== 0 && value < 1 ? 6 : 2)}`;
  const line = (row: UsageRow) => [
    ...names.map((name) => (name === "time" ? (row.time ?? "").slice(0, 16) : row[name as "model"] || "-")),
    ...[row.attempts, row.answered, row.input + row.audio_input + row.image_input + row.cache_write].map(grouped),
    ...[row.cached_input, row.output + row.reasoning + row.audio_output].map(grouped),
    usd(row.charged_usd),
    `${usd(row.incurred_usd)}${row.unknown_cost > 0 ? ` + ${row.unknown_cost} unknown` : ""}`,
  ];
  const right = heads.map((_, column) => column).filter((column) => column >= names.length);
  return printTable([[...heads, "CHARGED", "INCURRED"], ...rows.map(line)], [...right, heads.length, heads.length + 1]);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
