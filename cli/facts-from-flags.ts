import { type Command, Option } from "commander";
import {
  builtInFacts,
  type CompiledPolicy,
  canonicalModelId,
  type FactDefinition,
  type Facts,
  type FactValue,
  nanoToUsd,
  normalizeTag,
  parseTokens,
  parseUsd,
} from "../engine/index.js";
import { CommandFailure } from "./command-failure.js";

/** Facts with where each came from, as `explainDecision` takes them. */
export interface SourcedFacts {
  readonly facts: Facts;
  readonly sources: Readonly<Record<string, string>>;
}

/** Adds one option for every built-in fact (`--context-tokens 150k`), and `--attribute NAME=VALUE` for custom ones. */
export function addFactOptions(command: Command): Command {
  for (const fact of builtInFacts) {
    const argument = fact.type === "boolean" ? "[true|false]" : `<${placeholder(fact)}>`;
    command.addOption(new Option(`${flagOf(fact.name)} ${argument}`, fact.description));
  }
  return command.addOption(
    new Option("--attribute <name=value>", "a custom fact of the policy; may be repeated").argParser(
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    ),
  );
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
    const value = readValue(fact, given, flagOf(fact.name));
    const canonical = fact.name === "model" ? canonicalModelId(policy.set.catalog, String(value)) : undefined;
    facts[fact.name] = canonical ?? value;
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
    facts[definition.name] = readValue(definition, value, `--attribute ${name}=`);
    sources[definition.name] = "flag --attribute";
  }
  return { facts: facts as Facts, sources };
}

/**
 * What a request over HTTP always has, for a request described by flags alone: `model: auto`, no stream, tools, image
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

function readValue(fact: FactDefinition, given: unknown, flag: string): FactValue {
  const text = given === true ? "true" : String(given);
  const fail = (wanted: string): never => {
    throw new CommandFailure(2, `policy explain: ${flag}${flag.endsWith("=") ? "" : " "}${text}: ${wanted}`);
  };
  switch (fact.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : fail("it takes true or false");
    case "set":
      return text.trim() === ""
        ? []
        : text.split(",").map((tag) => normalizeTag(tag) ?? fail("it takes tags separated by commas: code,sql"));
    case "time": {
      const time = Date.parse(text);
      return Number.isNaN(time) || !/^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text)
        ? fail("it takes a time with its zone: 2026-11-24T09:00:00Z")
        : time;
    }
    case "number":
      return readNumber(fact, text) ?? fail(numberForm(fact));
    case "string":
      if (text === "") return fail("it must not be empty; leave the option out for an absent fact");
      return fact.values === undefined || fact.values.includes(text)
        ? text
        : fail(`it takes ${fact.values.join(" or ")}`);
  }
}

function readNumber(fact: FactDefinition, text: string): number | undefined {
  if (fact.unit === "tokens") return parseTokens(text);
  if (fact.unit === "usd") {
    const nano = parseUsd(text);
    return nano === undefined ? undefined : nanoToUsd(nano);
  }
  const form = fact.unit === "ms" ? /^\d{1,9}$/ : fact.unit === "ratio" ? /^\d{1,9}(\.\d+)?$/ : /^-?\d{1,15}(\.\d+)?$/;
  return form.test(text) ? Number(text) : undefined;
}

function numberForm(fact: FactDefinition): string {
  switch (fact.unit) {
    case "tokens":
      return "it takes a number of tokens: 1500, 150k, 1M, 128Ki";
    case "usd":
      return "it takes an amount in USD with at most 9 decimals: 0.05";
    case "ms":
      return "it takes whole milliseconds: 800";
    case "ratio":
      return "it takes a ratio of at least 0: 0.8";
    default:
      return "it takes a number: 3 or 0.5";
  }
}
