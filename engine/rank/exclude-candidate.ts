import type { Facts } from "../evaluate/facts.js";
import type { RequireRule } from "../policy/policy-set.js";
import { formatUsd, type NanoUsd } from "../units/money.js";
import { formatTokens } from "../units/tokens.js";
import type { CatalogEntry } from "./catalog-index.js";
import type { Exclusion, ExclusionReason } from "./route-plan.js";
import { unmetRequirement } from "./unmet-requirement.js";
import type { World } from "./world.js";

/** A cost limit that is not a rule's requirement, named as people know it: `budget_usd`. */
export interface CostLimit {
  readonly name: string;
  readonly limit: NanoUsd;
}

/** What one request asks of every candidate of one route. */
export interface CandidateTest {
  readonly facts: Facts;
  readonly world: World;
  readonly requirements: readonly RequireRule[];
  readonly costLimits: readonly CostLimit[];
  /** What context windows are judged by. Whole; undefined when unknown. */
  readonly promptTokens: number | undefined;
  /** Whole; undefined when the request sets no limit. */
  readonly maxOutputTokens: number | undefined;
}

export interface WhyExcluded {
  readonly reason: ExclusionReason;
  /** Writes {@link Exclusion.detail}, which costs more than finding the reason. */
  readonly detail: () => string;
}

/**
 * The first reason, in the order of `exclusionReasons`, why an endpoint cannot serve a request; undefined when none.
 * What is unknown (latency, prompt size) excludes nothing; a missing price fails every cost limit.
 *
 * @param cost expected, see `expectedCost`.
 * @param latencyMs observed time to the first token.
 */
export function excludeCandidate(
  entry: CatalogEntry,
  test: CandidateTest,
  cost: NanoUsd | undefined,
  latencyMs: number | undefined,
): WhyExcluded | undefined {
  const { facts, world } = test;
  const { endpoint } = entry;

  if (world.allowed !== undefined && nameIn(world.allowed, entry) === undefined) {
    return because("not_allowed_for_key", "not among the models that this API key may use");
  }
  const hinted = nameIn(world.hint_excluded, entry);
  if (hinted !== undefined) return because("hint_excluded", `the request's own hint leaves out ${hinted}`);
  if (world.hint_excluded_by !== undefined) {
    const hints = hintsAgainst(endpoint.id, world.hint_excluded_by);
    if (hints.length > 0) return because("hint_excluded", `the request says ${hints.join("; ")}`);
  }

  for (const rule of test.requirements) {
    const unmet = unmetRequirement(entry, rule, cost);
    if (unmet !== undefined) return { reason: "requirement", detail: unmet };
  }

  const missing = missingCapability(entry, facts);
  if (missing !== undefined) return because("missing_capability", missing);
  if (nameIn(world.unsupported, entry) !== undefined) {
    const format = entry.provider === undefined ? "" : ` ${entry.provider.format}`;
    const words = `this server does not speak the wire format${format} of ${endpoint.provider}`;
    return because("missing_capability", words);
  }
  if (world.incapable !== undefined && Object.hasOwn(world.incapable, endpoint.id)) {
    return because("missing_capability", `the request ${world.incapable[endpoint.id]}`);
  }

  const tooLong = exceededWindow(entry, test);
  if (tooLong !== undefined) return { reason: "context_window", detail: tooLong };

  if (nameIn(world.no_credentials, entry) !== undefined) {
    const variable = entry.provider?.apiKeyEnv;
    const fault = variable === undefined ? "" : `: ${variable} is not set`;
    return because("no_credentials", `no API key for ${endpoint.provider}${fault}`);
  }
  const down = nameIn(world.down, entry);
  if (down !== undefined) return because("circuit_open", `the circuit of ${down} is open`);
  const limited = nameIn(world.rate_limited, entry);
  if (limited !== undefined) return because("upstream_rate_limited", `${limited} answered 429 and asked to wait`);

  return overLimit(entry, test, cost) ?? tooSlow(facts.max_latency_ms, latencyMs);
}

// What makes a function for the words stands apart from what judges: a function that may make one takes memory for what that
// would hold each time it is called, for each candidate of each request.

/** For words that take next to nothing to make. */
function because(reason: ExclusionReason, words: string): WhyExcluded {
  return { reason, detail: () => words };
}

/** The name by which a list of endpoints, models and providers holds an entry. */
function nameIn(names: readonly string[] | undefined, { endpoint }: CatalogEntry): string | undefined {
  if (names === undefined) return undefined;
  if (names.includes(endpoint.provider)) return endpoint.provider;
  if (names.includes(endpoint.model)) return endpoint.model;
  return names.includes(endpoint.id) ? endpoint.id : undefined;
}

function hintsAgainst(endpoint: string, excludedBy: NonNullable<World["hint_excluded_by"]>): readonly string[] {
  return Object.keys(excludedBy).filter((hint) => excludedBy[hint]?.includes(endpoint) === true);
}

function missingCapability({ model }: CatalogEntry, facts: Facts): string | undefined {
  const { capabilities } = model;
  if (facts.uses_tools === true && !capabilities.includes("tools")) {
    return "the request uses tools; the model does not";
  }
  if (facts.uses_vision === true && !capabilities.includes("vision")) {
    return "the request holds an image; the model has no vision";
  }
  if (facts.uses_json_schema === true && !capabilities.includes("json_schema")) {
    return "the request asks for a JSON schema; the model does not support it";
  }
  return undefined;
}

function exceededWindow({ endpoint }: CatalogEntry, test: CandidateTest): (() => string) | undefined {
  const { promptTokens = 0, maxOutputTokens = 0 } = test;
  if (promptTokens + maxOutputTokens > endpoint.contextWindow) return wordsOfWindow(endpoint.contextWindow, test);
  const limit = endpoint.maxOutputTokens;
  return limit !== undefined && maxOutputTokens > limit ? wordsOfOutput(maxOutputTokens, limit) : undefined;
}

function wordsOfWindow(window: number, { promptTokens, maxOutputTokens, world }: CandidateTest): () => string {
  return () => {
    const needed = (promptTokens ?? 0) + (maxOutputTokens ?? 0);
    const parts =
      promptTokens !== undefined && maxOutputTokens !== undefined
        ? ` (${formatTokens(promptTokens)} in, ${formatTokens(maxOutputTokens)} out)`
        : "";
    const of = world.largest_prompt === undefined ? "" : " for the largest of its prompts";
    return `needs ${formatTokens(needed)} tokens${of}${parts}; the window is ${formatTokens(window)}, short by ${formatTokens(needed - window)}`;
  };
}

function wordsOfOutput(asked: number, limit: number): () => string {
  return () =>
    `asks for ${formatTokens(asked)} output tokens; the model gives at most ${formatTokens(limit)}, short by ${formatTokens(asked - limit)}`;
}

function overLimit(entry: CatalogEntry, test: CandidateTest, cost: NanoUsd | undefined): WhyExcluded | undefined {
  const { price } = entry.endpoint;
  if (price === undefined) {
    for (const rule of test.requirements) {
      const { maxCost } = rule.require;
      if (maxCost !== undefined) return noPrice(`rule \`${rule.id}\``, maxCost);
    }
    const [first] = test.costLimits;
    if (first !== undefined) return noPrice(first.name, first.limit);
    return undefined;
  }
  if (cost === undefined) return undefined;
  for (const limit of test.costLimits) if (cost > limit.limit) return overBudget(cost, limit);
  return undefined;
}

function overBudget(cost: NanoUsd, { name, limit }: CostLimit): WhyExcluded {
  return {
    reason: "over_budget",
    detail: () =>
      `expected to cost $${formatUsd(cost)}; ${name} allows $${formatUsd(limit)}, short by $${formatUsd((cost - limit) as NanoUsd)}`,
  };
}

function noPrice(name: string, limit: NanoUsd): WhyExcluded {
  return {
    reason: "no_price",
    detail: () => `has no price, so it cannot be held to the $${formatUsd(limit)} of ${name}`,
  };
}

function tooSlow(maxLatencyMs: number | undefined, latencyMs: number | undefined): WhyExcluded | undefined {
  if (maxLatencyMs === undefined || latencyMs === undefined || !(latencyMs > maxLatencyMs)) return undefined;
  return slowBy(maxLatencyMs, latencyMs);
}

function slowBy(maxLatencyMs: number, latencyMs: number): WhyExcluded {
  return {
    reason: "too_slow",
    // Rounded up, so that what is too slow is never said to be as fast as allowed.
    detail: () =>
      `first token after ${formatTokens(Math.ceil(latencyMs))} ms; max_latency_ms is ${formatTokens(maxLatencyMs)}, short by ${formatTokens(Math.ceil(latencyMs - maxLatencyMs))}`,
  };
}
