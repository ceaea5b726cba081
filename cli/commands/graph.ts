import { Command, Option } from "commander";
import { policyGraph, writeDot, writeMermaid, writeSvg } from "../../engine/index.js";
import { globalOptions } from "../global-options.js";
import { loadPolicies } from "../load-policies.js";
import { writeJson } from "../write-json.js";

const writers = { mermaid: writeMermaid, dot: writeDot, svg: writeSvg } as const;

/** `policy graph`: the rules as a picture. */
export function graphCommand(): Command {
  return new Command("graph")
    .addOption(new Option("--format <format>", "what to write").choices(Object.keys(writers)).default("mermaid"))
    .option("--fold", "fold neighbouring rules of a file into one step (default: with more than 30 rules)")
    .option("--no-fold", "draw every rule")
    .action(async (own: { format: keyof typeof writers; fold?: boolean }, command: Command) => {
      const options = globalOptions(command);
      const graph = policyGraph(await loadPolicies(options), own.fold);
      if (options.json) writeJson(graph);
      else process.stdout.write(writers[own.format](graph));
    });
}
