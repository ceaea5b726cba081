import { type Command, Option } from "commander";
import {
  builtInFacts,
  type CompiledPolicy,
  type FactDefinition,
  type Facts,
  type FactValue,
} from "../../engine/compiling.js";
import { readGivenFact, type SourcedFacts } from "../../server/http/control-plane/given-facts.js";
import { CommandFailure } from "../command-failure.js";
import { repeated } from "../global-options.js";

/** Adds one option for every built-in fact (`--context-tokens 150k`), and `--attribute NAME=VALUE` for custom ones. */
export function addFactOptions(command: Command): Command {
  for (const fact of builtInFacts) {
    const argument = fact.type === "boolean" ? "[true|false]" : `<${placeholder(fact)}>`;
    command.addOption(new Option(`${flagOf(fact.name)} ${argument}`, fact.description));
  }
  return command.option("--attribute <name=value>", "a custom fact of the policy; may be repeated", repeated);
}

/**
 * Reads the fact options of a command line, each strictly by its type.
 * @throws CommandFailure (2) that names the option, what is wrong with its value, and what it takes.
 */
export function factsFromFlags(options: Readonly<Record<string, unknown>>, policy: CompiledPolicy): SourcedFacts {
  const facts: Record<string, FactValue> = {};
  const sources: Record<string, string> = {};
  for (const fact of builtInFacts) {
    const given = options[optionKey(fact.name)];
    if (given === undefined) continue;
    facts[fact.name] = readValue(fact, given, flagOf(fact.name), policy);
    sources[fact.name] = `flag ${flagOf(fact.name)}`;
  }
  for (const text of (options["attribute"] as readonly string[] | undefined) ?? []) {
    const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === "") throw new CommandFailure(2, `policy explain: --attribute ${text}: write it as NAME=VALUE`);
    const definition = policy.set.attributes.find((attribute) => attribute.name === `attributes.${name}`);
    if (definition === undefined) {
      const known = policy.set.attributes.map((attribute) => attribute.name.slice("attributes.".length)).join(", ");
      throw new CommandFailure(
        2,
        `policy explain: --attribute ${name}: the policy declares no such attribute (${known === "" ? "it declares none" : `it declares ${known}`})`,
      );
    }
    facts[definition.name] = readValue(definition, value, `--attribute ${name}=`, policy);
    sources[definition.name] = "flag --attribute";
  }
  return { facts: facts as Facts, sources };
}

/**
 * What a request over HTTP always has, for a request described by facts alone: `model: auto`, no stream, tools, image
 * or JSON schema, and the time.
 */
export function factsOfAPlainRequest(nowMs: number): SourcedFacts {
  return {
    facts: {
      model: "auto",
      stream: false,
      uses_tools: false,
      uses_vision: false,
      uses_json_schema: false,
      time: nowMs,
    },
    sources: {
      model: "default",
      stream: "default",
      uses_tools: "default",
      uses_vision: "default",
      uses_json_schema: "default",
      time: "clock",
    },
  };
}

function flagOf(factName: string): string {
  return `--${factName.replaceAll("_", "-")}`;
}

function optionKey(factName: string): string {
  return factName.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function placeholder(fact: FactDefinition): string {
  if (fact.type === "set") return "a,b";
  if (fact.type === "time") return "ISO 8601";
  if (fact.values !== undefined) return fact.values.join("|");
  return fact.unit ?? fact.type;
}

/** @throws CommandFailure (2) */
function readValue(fact: FactDefinition, given: unknown, flag: string, policy: CompiledPolicy): FactValue {
  const text = given === true ? "true" : String(given);
  const read = readGivenFact(fact, text, policy);
  if ("value" in read) return read.value;
  throw new CommandFailure(2, `policy explain: ${flag}${flag.endsWith("=") ? "" : " "}${text}: it takes ${read.takes}`);
}
