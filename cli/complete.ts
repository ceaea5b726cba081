import type { Command, Option } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

interface Word {
  readonly word: string;
  readonly description: string;
  /** Of an option that takes a value: all that it may be; empty where it is a file or anything else. */
  readonly values?: readonly string[];
}

interface CommandWords {
  /** `policy`, `policy keys`, `policy keys create`. */
  readonly path: string;
  /** Commands, options and fixed arguments. */
  readonly words: readonly Word[];
}

/** A completion script for a shell, made from the commands and options as they are. */
export function writeCompletion(program: Command, shell: Shell): string {
  const commands = collect(program, program.name(), globalWords(program));
  switch (shell) {
    case "bash":
      return writeBash(commands);
    case "zsh":
      return writeZsh(commands);
    case "fish":
      return writeFish(commands);
  }
}

function globalWords(program: Command): CommandWords["words"] {
  return program.options.flatMap(wordsOf);
}

function collect(command: Command, path: string, global: CommandWords["words"]): readonly CommandWords[] {
  const visible = command.commands;
  const own = command.parent === null ? [] : command.options.flatMap(wordsOf);
  const topics = command.name() === "help" ? (command.parent?.commands ?? []) : visible;
  const words = [
    ...topics.map((topic) => ({ word: topic.name(), description: topic.description() })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((word) => ({ word, description })),
    ),
    ...own,
    ...global,
    { word: "--help", description: "display help for command" },
  ];
  return [{ path, words }, ...visible.flatMap((child) => collect(child, `${path} ${child.name()}`, global))];
}

function wordsOf({ long, description, hidden, required, argChoices = [] }: Option): CommandWords["words"] {
  if (long === undefined || long === null || hidden) return [];
  return [{ word: long, description, ...(required ? { values: argChoices } : {}) }];
}

/** For each option with a value: what the shell matches (`policy check --format`), and the values. */
function valuesOf(commands: readonly CommandWords[]): readonly (readonly [string, readonly string[]])[] {
  return commands.flatMap(({ path, words }) =>
    words.flatMap(({ word, values }) => (values === undefined ? [] : [[`${path} ${word}`, values] as const])),
  );
}

/** Walks the words on the line as far as they name commands; options between them are passed over. */
function writeBash(commands: readonly CommandWords[]): string {
  const cases = commands.map(
    ({ path, words }) => `    "${path}") words="${words.map(({ word }) => word).join(" ")}" ;;`,
  );
  const paths = commands.map(({ path }) => `"${path}"`).join("|");
  const values = valuesOf(commands).map(([option, words]) => `    "${option}") words="${words.join(" ")}" ;;`);
  return `# bash completion for policy: eval "$(policy completion bash)"
_policy() {
  local path=policy word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${paths}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  case "$path \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -o bashdefault -F _policy policy
`;
}

function writeZsh(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ path, words }) => {
    const items = (isOption: boolean) =>
      words
        .filter(({ word }) => word.startsWith("--") === isOption)
        .map(({ word, description }) => quote(`${word.replaceAll(":", "\\:")}:${oneLine(description)}`))
        .join(" ");
    return `    ${quote(path)}) subcommands=(${items(false)}) flags=(${items(true)}) ;;`;
  });
  const paths = commands.map(({ path }) => quote(path)).join("|");
  const values = valuesOf(commands).map(
    ([option, words]) =>
      `    ${quote(option)}) ${words.length === 0 ? "_files" : `compadd -- ${words.join(" ")}`}; return ;;`,
  );
  return `#compdef policy
# zsh completion for policy: eval "$(policy completion zsh)", or save it as _policy in a folder of $fpath
_policy() {
  local here=policy word
  local -a subcommands flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$here $word" in
      ${paths}) here="$here $word" ;;
    esac
  done
  case "$here" in
${cases.join("\n")}
  esac
  case "$here \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  _describe command subcommands -- flags || _files
}
if [ "$funcstack[1]" = "_policy" ]; then _policy; else compdef _policy policy; fi
`;
}

function writeFish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ path, words }) => {
    const steps = path.split(" ").slice(1);
    const children = commands
      .filter((other) => other.path.startsWith(`${path} `) && other.path.split(" ").length === steps.length + 2)
      .map((other) => other.path.split(" ").at(-1));
    const here = steps.map((step) => `__fish_seen_subcommand_from ${step}`);
    const notBelow = children.length === 0 ? [] : [`not __fish_seen_subcommand_from ${children.join(" ")}`];
    const condition = [...here, ...notBelow].join("; and ");
    return words.map(({ word, description, values }) => {
      const value = values === undefined ? "" : values.length === 0 ? " -r" : ` -x -a ${quote(values.join(" "))}`;
      const what = word.startsWith("--") ? `-l ${word.slice(2)}${value}` : `-f -a ${word}`;
      const when = condition === "" ? "" : ` -n ${quote(condition)}`;
      return `complete -c policy${when} ${what} -d ${quote(oneLine(description))}`;
    });
  });
  return `# fish completion for policy: policy completion fish | source\n${lines.join("\n")}\n`;
}

/** In single quotes, which every shell here takes word for word. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("\\", "");
}
