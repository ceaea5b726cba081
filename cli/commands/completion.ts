import { Argument, Command } from "commander";
import { type Shell, shells, writeCompletion } from "../complete.js";

/** `policy completion bash|zsh|fish`: a script that completes commands and options. */
export function completionCommand(): Command {
  return new Command("completion")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .addHelpText("after", '\nbash and zsh: eval "$(policy completion bash)"; fish: policy completion fish | source')
    .action((shell: Shell, _own: unknown, command: Command) => {
      let program = command;
      while (program.parent !== null) program = program.parent;
      process.stdout.write(writeCompletion(program, shell));
    });
}
