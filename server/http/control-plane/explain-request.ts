import { type CompiledPolicy, type DecisionRecord, explainDecision, factsOfRecord } from "../../../engine/serving.js";
import { observeWorld } from "../../dispatch/observe-world.js";
import type { ServingPolicy } from "../../dispatch/serving-policy.js";
import type { EndpointStates } from "../../endpoints/endpoint-states.js";
import type { Json } from "../../json/json.js";
import { allowedModels } from "../../keys/allowed-models.js";
import { type StoredKey, stateOf } from "../../keys/api-key.js";
import { trustedFacts } from "../../keys/key-facts.js";
import type { KeyRing } from "../../keys/key-ring.js";
import type { Accounting } from "../../ledger/accounting.js";
import type { StoredDecision } from "../../storage/decisions/decision-store.js";
import type { TokenCounter } from "../../tokens/token-counter.js";
import type { ObservedRequest } from "../observe/observe-request.js";
import type { AskWhyNot } from "./ask-why-not.js";
import { type SourcedFacts, warningsOfGiven } from "./given-facts.js";
import type { PolicyOfRevision } from "./policy-of-revision.js";
import {
  type DecisionQuestion,
  InvalidExplainRequest,
  readAskedModel,
  readDecisionQuestion,
  readExplainRequest,
  wouldRefuse,
} from "./read-explain-request.js";
import { readGivenRequest } from "./read-given-request.js";
import type { WhyNot } from "./why-not-worker.js";

export interface RequestExplainerOptions {
  readonly currentPolicy: () => CompiledPolicy;
  readonly gitOf: (policy: CompiledPolicy) => string | undefined;
  readonly servingPolicyOf: (policy: CompiledPolicy) => ServingPolicy;
  readonly endpoints: EndpointStates;
  readonly accounting: Pick<Accounting, "spendOf">;
  readonly ring: Pick<KeyRing, "named" | "refresh">;
  readonly counter: TokenCounter;
  readonly findDecision: (id: string) => Promise<StoredDecision | undefined>;
  readonly policyOf: PolicyOfRevision;
  readonly askWhyNot: AskWhyNot;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Explains a request under the policy and the world of now, or says why it, or a request that was decided before, does not go
 * to a model.
 * @param signal aborted when nobody waits for the answer any more.
 * @throws InvalidExplainRequest
 */
export type ExplainGivenRequest = (asked: Json, signal: AbortSignal) => Promise<DecisionRecord | WhyNot>;

/** Only the decision is made: nothing is called, recorded or counted. */
export function createRequestExplainer(options: RequestExplainerOptions): ExplainGivenRequest {
  const { servingPolicyOf, endpoints, accounting, ring, counter, askWhyNot } = options;
  const explain = async (asked: Json, signal: AbortSignal) => {
    const now = options.now();
    const policy = options.currentPolicy();
    const git = options.gitOf(policy);
    const serving = servingPolicyOf(policy);
    const { request, isPlain, facts: given, key: name, seed = 0, whyNot } = readExplainRequest(asked, policy);
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
    const record = explainDecision({
      policy,
      ...(git === undefined ? {} : { git }),
      facts: { ...seen.facts, ...given.facts },
      sources: { ...seen.sources, ...given.sources },
      world: observeWorld({
        serving,
        endpoints,
        operation: request.api,
        body: chat.body,
        unseen: chat.unseen,
        hints,
        seed,
        prefix,
        allowed: key === undefined ? undefined : allowedModels(policy, key.settings.allow),
        now,
      }),
      id: "explain",
      time: now,
      warnings: [...seen.warnings, ...warningsOfGiven(given.facts, policy)],
      ...(isPlain ? {} : { operation: request.api }),
    });
    if (whyNot === undefined) return record;
    const question = { files: policy.files, facts: factsOfRecord(record), world: record.world, model: whyNot };
    return await askWhyNot(question, signal);
  };
  return async (asked, signal) => {
    const question = readDecisionQuestion(asked);
    return question === undefined ? await explain(asked, signal) : await whyNotThen(question, options, signal);
  };
}

/** Why a request that was decided before did not go to a model, under the policy and in the world of that decision. */
async function whyNotThen(
  { decision: id, whyNot }: DecisionQuestion,
  { findDecision, policyOf, askWhyNot }: RequestExplainerOptions,
  signal: AbortSignal,
): Promise<WhyNot> {
  const stored = await findDecision(id);
  if (stored === undefined) throw new InvalidExplainRequest("decision", "decision: there is no decision of that id");
  const policy = await policyOf(stored.policy.revision);
  if (policy === undefined) {
    const why = "the policy that decided is not here any more, or this version reads it otherwise";
    throw new InvalidExplainRequest("decision", `decision: ${why}`);
  }
  const model = readAskedModel(whyNot, policy);
  return await askWhyNot({ files: policy.files, facts: factsOfRecord(stored), world: stored.world, model }, signal);
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
