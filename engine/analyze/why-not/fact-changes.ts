import { howFactIsSent } from "../../conditions/how-facts-are-sent.js";
import { type Facts, readFact } from "../../evaluate/facts.js";
import { formatFactValue } from "../../explain/words/format-fact-value.js";
import type { World } from "../../rank/world.js";
import { nanoToUsd } from "../../units/money.js";
import { definitionsOf } from "../space/write-request.js";
import type { AskedModel } from "./asked-model.js";
import { avoidedGuards } from "./avoided-guards.js";
import type { Trial } from "./trial.js";
import { describeWorldChanges } from "./world-changes.js";

export interface ChangedFact {
  readonly fact: string;
  readonly from: string;
  readonly to: string;
  /** The header or body field in which a client says it. */
  readonly sent_as?: string;
}

/** Changes of a request that send it to the model, made together. */
export interface FactChanges {
  /** Of facts; of hints that are left out; of keys and providers, as `by_operator` has them. */
  readonly changes: readonly ChangedFact[];
  readonly facts: Facts;
  /** The world in which it was tried, when the changes are not of facts alone. */
  readonly world?: World;
  readonly rule: string;
  readonly endpoint: string;
  readonly cost_usd?: number;
  /** Guards that act on the request as it is and no longer act, by what it then says of itself. */
  readonly avoids_guards?: readonly string[];
}

export interface FoundChange {
  readonly trial: Trial;
  /** How many facts, tags and hints it changes. */
  readonly size: number;
  readonly avoidsGuard: boolean;
}

/** In words, with what then happens. @param trial for which the model is chosen. */
export function describeChanges(asked: AskedModel, trial: Trial): FactChanges {
  const { set } = asked.policy;
  const { facts, world } = trial;
  const first = asked.first(trial);
  if (first === undefined) throw new Error("invariant: a change that was tried has an attempt");
  const avoided = avoidedGuards(asked, facts);
  const changes = definitionsOf(set).flatMap((definition) => {
    const write = (of: Facts) => {
      const value = readFact(of, definition.name);
      return value === undefined ? "absent" : formatFactValue(value, definition);
    };
    const sent = asked.isClients(definition.name, facts) ? howFactIsSent(set.attributes, definition.name) : undefined;
    const [from, to] = [write(asked.facts), write(facts)];
    return from === to ? [] : [{ fact: definition.name, from, to, ...(sent === undefined ? {} : { sent_as: sent }) }];
  });
  return {
    changes: [...changes, ...describeWorldChanges(asked.world, world, set)],
    facts,
    ...(world === asked.world ? {} : { world }),
    rule: first.rule,
    endpoint: first.endpoint.id,
    ...(first.cost === undefined ? {} : { cost_usd: nanoToUsd(first.cost) }),
    ...(avoided.length === 0 ? {} : { avoids_guards: avoided }),
  };
}
