import { Command } from "commander";
import { shortRevision, writeCompiledPolicy, writeCounted } from "../../engine/compiling.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { loadPoliciesWithTests } from "../load-policies.js";
import { writeAtomically } from "../write-atomically.js";
import { writeJson } from "../write-json.js";

/** `policy compile -o FILE`: the whole set as one JSON file that loads without YAML. */
export function compileCommand(): Command {
  return new Command("compile")
    .requiredOption("-o, --output <file>", "where to; - is the standard output")
    .action(async ({ output }: { output: string }, command: Command) => {
      const options = globalOptions(command);
      const policy = await loadPoliciesWithTests(options);
      const text = writeCompiledPolicy(policy);
      if (output === "-") {
        process.stdout.write(text);
        return;
      }
      await writeAtomically(output, text).catch((error: Error) => {
        throw new CommandFailure(2, `policy compile: cannot write ${output}: ${error.message}`);
      });
      const { name, revision, set } = policy;
      const bytes = Buffer.byteLength(text);
      if (options.json) {
        writeJson({ file: output, bytes, policy: { name, revision, rules: set.rules.length } });
        return;
      }
      const size = Math.ceil(bytes / 1000);
      process.stdout.write(
        `wrote ${output}: ${name}@${shortRevision(revision)} · ${writeCounted(set.rules.length, "rule")} · ${size} kB\n`,
      );
    });
}
