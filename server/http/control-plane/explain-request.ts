import { type CompiledPolicy, type DecisionRecord, explainDecision } from "../../../engine/serving.js";
import { observeWorld } from "../../dispatch/observe-world.js";
import type { ServingPolicy } from "../../dispatch/serving-policy.js";
import type { EndpointStates } from "../../endpoints/endpoint-states.js";
import { allowedModels } from "../../keys/allowed-models.js";
import { type StoredKey, stateOf } from "../../keys/api-key.js";
import { trustedFacts } from "../../keys/key-facts.js";
import type { KeyRing } from "../../keys/key-ring.js";
import type { Accounting } from "../../ledger/accounting.js";
import type { Json } from "../../providers/chat/json.js";
import type { TokenCounter } from "../../tokens/token-counter.js";
import type { ObservedRequest } from "../observe/observe-request.js";
import type { SourcedFacts } from "./given-facts.js";
import { InvalidExplainRequest, readExplainRequest, wouldRefuse } from "./read-explain-request.js";
import { readGivenRequest } from "./read-given-request.js";

export interface RequestExplainerOptions {
  readonly currentPolicy: () => CompiledPolicy;
  readonly gitOf: (policy: CompiledPolicy) => string | undefined;
  readonly servingPolicyOf: (policy: CompiledPolicy) => ServingPolicy;
  readonly endpoints: EndpointStates;
  readonly accounting: Pick<Accounting, "spendOf">;
  readonly ring: Pick<KeyRing, "named" | "refresh">;
  readonly counter: TokenCounter;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Explains a request under the policy and the world of now. @throws InvalidExplainRequest */
export type ExplainGivenRequest = (asked: Json) => Promise<DecisionRecord>;

/** Only the decision is made: nothing is called, recorded or counted. */
export function createRequestExplainer(options: RequestExplainerOptions): ExplainGivenRequest {
  const { servingPolicyOf, endpoints, accounting, ring, counter } = options;
  return async (asked) => {
    const now = options.now();
    const policy = options.currentPolicy();
    const git = options.gitOf(policy);
    const serving = servingPolicyOf(policy);
    const { request, isPlain, facts: given, key: name, seed = 0 } = readExplainRequest(asked, policy);
    const key = name === undefined ? undefined : await keyOf(name, ring, now);
    const read = await readGivenRequest(request, {
      serving,
      observations: endpoints.observations,
      counter,
      key: key === undefined ? undefined : trustedFacts(key, await accounting.spendOf(key)),
      now,
    });
    if ("code" in read) throw wouldRefuse(read);
    const { observed, hints, prefix, chat } = read;
    const seen = isPlain ? withoutBody(observed) : observed;
    return explainDecision({
      policy,
      ...(git === undefined ? {} : { git }),
      facts: { ...seen.facts, ...given.facts },
      sources: { ...seen.sources, ...given.sources },
      world: observeWorld({
        serving,
        endpoints,
        operation: request.api,
        body: chat.body,
        largestPrompt: chat.largestPrompt,
        needsNative: chat.needsNative,
        hints,
        seed,
        prefix,
        allowed: key === undefined ? undefined : allowedModels(policy, key.settings.allow),
        now,
      }),
      id: "explain",
      time: now,
      warnings: seen.warnings,
    });
  };
}

/** Where no body is given nothing comes from it, and its prompt's size is not known, rather than that of an empty one. */
function withoutBody({ facts, sources, warnings }: ObservedRequest): SourcedFacts & Pick<ObservedRequest, "warnings"> {
  const { context_tokens: _, ...others } = facts;
  const { context_tokens: __, ...otherSources } = sources;
  const named = Object.entries(otherSources).map(([name, from]) => [name, from.startsWith("body ") ? "default" : from]);
  return { facts: others, sources: Object.fromEntries(named) as SourcedFacts["sources"], warnings };
}

/** @throws InvalidExplainRequest when there is no such key, or the proxy would refuse it. */
async function keyOf(text: string, ring: RequestExplainerOptions["ring"], now: number): Promise<StoredKey> {
  await ring.refresh();
  const named = ring.named(text);
  const [key, ...others] = named.length === 1 ? named : named.filter((one) => stateOf(one, now) === "active");
  if (key === undefined) {
    throw new InvalidExplainRequest("key", "key: there is no API key of that id or name that works");
  }
  if (others.length > 0) {
    const ids = [key, ...others].slice(0, 10).map(({ id }) => id);
    throw new InvalidExplainRequest("key", `key: several API keys have that name; give the id: ${ids.join(", ")}`);
  }
  const state = stateOf(key, now);
  if (state !== "active")
    throw new InvalidExplainRequest("key", `key: ${key.id} is ${state}; its requests are refused`);
  if (key.settings.scopes.includes("inference")) return key;
  throw new InvalidExplainRequest("key", `key: ${key.id} is for ${key.settings.scopes.join(", ")}, not for inference`);
}
