import { canonicalModelId, type Endpoint, type PlannedAttempt, type RoutePlan } from "../../engine/serving.js";
import type { RequestProgress } from "../dispatch/dispatch-request.js";
import type { Decision } from "./decision.js";
import { exclusionWords } from "./errors/exclusion-words.js";

type Progress = Pick<RequestProgress, "failures" | "passedOver">;

/**
 * Why another model answers than the one that the client named; undefined when it named none, one that the catalog does not
 * have (`observeBody` warns of that), or the one that answers.
 */
export function whyAnotherModel(decision: Decision, answering: PlannedAttempt, progress: Progress): string | undefined {
  const { observed, plan, serving } = decision;
  const named = observed.facts.model;
  const { model } = answering.endpoint;
  if (plan === undefined || named === undefined || named === model) return undefined;
  if (canonicalModelId(serving.policy.set.catalog, named) !== named) return undefined;
  return `model: ${model} stands for ${named}: ${[...reasonsAgainst(named, plan, answering, progress)].join("; ")}`;
}

const passedOverWords: Readonly<Record<RequestProgress["passedOver"][number]["reason"], string>> = {
  busy: "it is at its limit of calls at the same time",
  circuit_open: "it is failing at the moment",
  unpaid: "a budget has too little left for it",
};

/** What became of its candidates, each thing said once. */
function reasonsAgainst(
  named: string,
  { attempts, excluded }: RoutePlan,
  answering: PlannedAttempt,
  { failures, passedOver }: Progress,
): ReadonlySet<string> {
  const isOfNamed = ({ endpoint }: { readonly endpoint: Endpoint }) => endpoint.model === named;
  const reasons = new Set<string>();
  const turn = attempts.findIndex(({ endpoint }) => endpoint.id === answering.endpoint.id);
  for (const [at, { endpoint }] of attempts.entries()) {
    if (endpoint.model !== named) continue;
    const failure = failures.find((failed) => failed.endpoint === endpoint.id)?.failure;
    const passed = passedOver.find((one) => one.endpoint === endpoint.id)?.reason;
    if (failure !== undefined) reasons.add(`its call failed (${failure.summary})`);
    else if (passed !== undefined) reasons.add(passedOverWords[passed]);
    else if (at < turn) reasons.add("it has not answered as soon");
    else reasons.add("the policy puts others before it for this request");
  }
  for (const { reason, detail } of excluded.filter(isOfNamed)) reasons.add(exclusionWords[reason] ?? detail);
  if (reasons.size === 0) reasons.add("it is none of the models that the policy has for this request");
  return reasons;
}
