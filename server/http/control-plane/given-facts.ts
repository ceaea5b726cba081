import {
  type CompiledPolicy,
  canonicalModelId,
  type FactDefinition,
  type Facts,
  type FactValue,
  nanoToUsd,
  normalizeTag,
  parseInstant,
  parseTokens,
  parseUsd,
} from "../../../engine/serving.js";
import { whyUnknownModel } from "../observe/named-in-routes.js";
import { describeSlip } from "../observe/slips.js";

/** Facts with where each came from, as `explainDecision` takes them. */
export interface SourcedFacts {
  readonly facts: Facts;
  readonly sources: Readonly<Record<string, string>>;
}

/** What a fact takes, in words, where a text is none of its values. */
export interface Misfit {
  readonly takes: string;
}

/** Reads the value that somebody gives a fact in place of a request, strictly by the fact's type; `model` becomes the catalog's id. */
export function readGivenFact(
  fact: FactDefinition,
  text: string,
  { set }: CompiledPolicy,
): { readonly value: FactValue } | Misfit {
  const value = readValue(fact, text);
  if (typeof value === "object" && "takes" in value) return value;
  const canonical = fact.name === "model" ? canonicalModelId(set.catalog, String(value)) : undefined;
  return { value: canonical ?? value };
}

/** Sentences on given values that are most likely not what was meant, as the proxy says them of a request's own. */
export function warningsOfGiven(facts: Facts, policy: CompiledPolicy): readonly string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const isModel = name === "model" && typeof value === "string";
    const unknown = isModel ? whyUnknownModel(policy.set, value) : undefined;
    const why =
      unknown === undefined ? describeSlip(policy, name, value) : `${unknown}; what the policy chose stands for it`;
    return why === undefined ? [] : [`${name}: ${why}`];
  });
}

function readValue(fact: FactDefinition, text: string): FactValue | Misfit {
  switch (fact.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : { takes: "true or false" };
    case "set":
      return readTags(text) ?? { takes: "tags separated by commas: code,sql" };
    case "time":
      return parseInstant(text) ?? { takes: "a time with its zone: 2026-11-24T09:00:00Z" };
    case "number":
      return readNumber(fact, text) ?? { takes: numberForm(fact) };
    case "string":
      if (text === "") return { takes: "a text that is not empty; leave it out for an absent fact" };
      return fact.values === undefined || fact.values.includes(text) ? text : { takes: fact.values.join(" or ") };
  }
}

function readTags(text: string): readonly string[] | undefined {
  const tags = text.trim() === "" ? [] : text.split(",").map(normalizeTag);
  return tags.every((tag) => tag !== undefined) ? tags : undefined;
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
      return "a number of tokens: 1500, 150k, 1M, 128Ki";
    case "usd":
      return "an amount in USD with at most 9 decimals, such as 0.05";
    case "ms":
      return "whole milliseconds, such as 800";
    case "ratio":
      return "a ratio of at least 0: 0.8";
    default:
      return "a number: 3 or 0.5";
  }
}
