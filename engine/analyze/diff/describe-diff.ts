import { type Facts, readFact } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import { readInOrder } from "../../explain/in-order-reader.js";
import { formatFactValue } from "../../explain/words/format-fact-value.js";
import { writeCondition } from "../../explain/words/write-condition.js";
import { writeDenyMessage } from "../../explain/words/write-deny-message.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { rank } from "../../rank/rank.js";
import { formatUsd, type NanoUsd, nanoToUsd } from "../../units/money.js";
import type { Box } from "../space/box.js";
import { PLAIN_TIME } from "../space/time-atoms.js";
import { definitionsOf, writeRequest } from "../space/write-request.js";
import { type ChangeHead, headOf } from "./change-head.js";
import { ChangeFinder } from "./changes-of-request.js";
import { describeBoxes } from "./describe-boxes.js";
import { isSameForAll, type PolicyDiff, type RequestChange } from "./diff-policies.js";
import type { DiffTraffic, TrafficSums } from "./diff-traffic.js";
import type { Edge } from "./find-edge.js";
import { groupAlike } from "./group-alike.js";

/** A diff in words, as one JSON document: what every format shows. */
export interface DiffReport {
  readonly before: { readonly name: string; readonly revision: string };
  readonly after: { readonly name: string; readonly revision: string };
  /** Whether it is proved that no request is treated differently. */
  readonly same: boolean;
  readonly changes: readonly ChangeReport[];
  readonly catalog: PolicyDiff["catalog"];
  readonly attributes: readonly string[];
  readonly undecided: readonly string[];
  /** Of recorded decisions, when some were given. */
  readonly traffic?: TrafficReport;
}
export interface TrafficReport {
  readonly decisions: number;
  /** Part of some change. */
  readonly changed: number;
  /** Of those in a way that is not listed, since it was not decided. */
  readonly unlisted: number;
  /** Lines that are no decision. */
  readonly unreadable: number;
  /** Not made under the policy before: what is recorded of their cost is another policy's. */
  readonly other_revisions: number;
  /** Of all of them. */
  readonly cost: CostReport;
}
/** Sums in USD, each with the number of decisions it holds. */
export interface CostReport {
  readonly recorded_usd: number;
  readonly recorded_decisions: number;
  /** Were the first candidate to answer: by the tokens that were used, else as expected. */
  readonly before_usd: number;
  readonly after_usd: number;
  readonly known_decisions: number;
  readonly by_tokens_decisions: number;
}
export interface ChangeReport extends ChangeHead {
  /** The requests, as a condition. */
  readonly where: string;
  /** Whether it holds for no others, but those that are refused; else it holds for more, which rules above take. */
  readonly where_exact: boolean;
  /** Of the first of many changes from one rule, or to one: a condition that holds for the requests of all of them, and maybe for others. */
  readonly where_of_all?: string | undefined;
  readonly example: ExampleReport;
  /** Beside the example, where both do the same. */
  readonly edge?: { readonly fact: string; readonly value: string; readonly outcome: string } | undefined;
  /** Recorded decisions that are part of it; `share` is of all, 0 to 1. One decision can be part of several changes. */
  readonly traffic?: { readonly decisions: number; readonly share: number; readonly cost: CostReport } | undefined;
}
export interface ExampleReport {
  readonly facts: Facts;
  readonly request: string;
  /** Ranked with nothing known of the providers: `openai/gpt-4.1@openai ($0.01)`. */
  readonly before: string;
  readonly after: string;
}

/**
 * A diff put into words, with an example of each change and what either policy makes of it.
 * @param before the policies whose sets were compared.
 * @param traffic recorded decisions, spread over the diff's changes by `LogTraffic`.
 */
export function describeDiff(
  diff: PolicyDiff,
  before: CompiledPolicy,
  after: CompiledPolicy,
  traffic?: DiffTraffic,
): DiffReport {
  const side = ({ name, revision }: CompiledPolicy) => ({ name, revision });
  const finder = new ChangeFinder(before, after, diff.changes);
  const heads = diff.changes.map((change) => headOf(change, before.set, after.set));
  const firsts = new Map(groupAlike(heads).map((group) => [group.first, group]));
  return {
    before: side(before),
    after: side(after),
    same: isSameForAll(diff),
    changes: heads.map((head, place) => {
      const { way = "alike", others = [] } = firsts.get(place) ?? {};
      return describeChange(head, {
        diff,
        policies: [before, after],
        change: diff.changes[place] as RequestChange,
        isPart: (facts) => finder.find(facts).changes.includes(place),
        others: way === "alike" ? [] : others.map((other) => diff.changes[other] as RequestChange),
        traffic: traffic && describePart(traffic, place),
      });
    }),
    catalog: diff.catalog,
    attributes: diff.attributes,
    undecided: diff.undecided,
    ...(traffic === undefined ? {} : { traffic: describeTraffic(traffic) }),
  };
}

function describePart({ changes, all }: DiffTraffic, place: number): ChangeReport["traffic"] {
  const sums = changes[place];
  if (sums === undefined) return undefined;
  return { decisions: sums.decisions, share: sums.decisions / Math.max(1, all.decisions), cost: describeCost(sums) };
}

function describeTraffic({ all, changed, unlisted, unreadable, otherRevisions }: DiffTraffic): TrafficReport {
  const { decisions } = all;
  return { decisions, changed, unlisted, unreadable, other_revisions: otherRevisions, cost: describeCost(all) };
}

function describeCost(sums: TrafficSums): CostReport {
  return {
    recorded_usd: nanoToUsd(sums.recorded as NanoUsd),
    recorded_decisions: sums.recordedKnown,
    before_usd: nanoToUsd(sums.before as NanoUsd),
    after_usd: nanoToUsd(sums.after as NanoUsd),
    known_decisions: sums.costKnown,
    by_tokens_decisions: sums.byTokens,
  };
}

interface Telling {
  readonly diff: PolicyDiff;
  readonly policies: Policies;
  readonly change: RequestChange;
  /** Whether a request is part of the change. */
  readonly isPart: (facts: Facts) => boolean;
  /** Of the first of many changes from one rule, or to one. */
  readonly others: readonly RequestChange[];
  readonly traffic: ChangeReport["traffic"];
}

/** What takes long is worked out when it is asked for: of thousands of changes a terminal is shown few. */
function describeChange(head: ChangeHead, telling: Telling): ChangeReport {
  const { change, others, traffic } = telling;
  const where = once(() => describeWhere(telling, change.around));
  const example = once(() => describeExample(telling));
  const ofAll = once(
    () =>
      describeWhere(
        telling,
        [change, ...others].flatMap(({ around }) => around),
      ).where,
  );
  return {
    ...head,
    get where() {
      return where().where;
    },
    get where_exact() {
      return where().isExact && change.isWhole;
    },
    get where_of_all() {
      return others.length === 0 ? undefined : ofAll();
    },
    get example() {
      return example().example;
    },
    get edge() {
      return example().edge;
    },
    traffic,
  };
}

function once<T extends object | string>(find: () => T): () => T {
  let found: T | undefined;
  return () => (found ??= find());
}

function describeWhere({ diff, policies, change }: Telling, boxes: readonly Box[]) {
  const { condition, isExact } = describeBoxes(diff.space, boxes, change.kind === "denied" ? [] : diff.refused);
  return { where: writeCondition(condition, definitionsOfBoth(policies)), isExact };
}

type Policies = readonly [before: CompiledPolicy, after: CompiledPolicy];

function definitionsOfBoth([before, after]: Policies): ReturnType<typeof definitionsOf> {
  const known = new Map([...definitionsOf(after.set), ...definitionsOf(before.set)].map((each) => [each.name, each]));
  return [...known.values()];
}

function describeExample(telling: Telling): Pick<ChangeReport, "example" | "edge"> {
  const [before, after] = telling.policies;
  const { example, edge } = tellingExample(telling);
  const definitions = definitionsOfBoth(telling.policies);
  return {
    example: {
      facts: example,
      request: writeRequest(example, definitions),
      before: describeOutcome(before, example),
      after: describeOutcome(after, example),
    },
    edge: edge && {
      fact: edge.fact,
      value: writeValue(edge.request, edge.fact, definitions),
      outcome: describeOutcome(after, edge.request),
    },
  };
}

/** Lengths of prompts at which costs, windows and prices by length are likely to part two plans, tokens. */
const PROMPTS = [4_000, 16_000, 64_000, 256_000, 1_000_000];

/** The example, with a longer prompt when only then the two policies plan otherwise; the edge beside it. */
function tellingExample({ change, isPart, policies }: Telling): {
  readonly example: Facts;
  readonly edge: Edge | undefined;
} {
  const [before, after] = policies;
  const { example } = change;
  const edge = change.edge();
  const isTelling = (facts: Facts) => describeOutcome(before, facts) !== describeOutcome(after, facts);
  if (isTelling(example)) return { example, edge };
  for (const context_tokens of PROMPTS) {
    const longer = { ...example, context_tokens };
    if (!isPart(longer) || !isTelling(longer)) continue;
    if (edge === undefined || edge.fact === "context_tokens") return { example: longer, edge };
    const request = { ...edge.request, context_tokens };
    return { example: longer, edge: isPart(request) ? undefined : { ...edge, request } };
  }
  return { example, edge };
}

function writeValue(facts: Facts, name: string, definitions: ReturnType<typeof definitionsOf>): string {
  const value = readFact(facts, name);
  if (value === undefined) return "absent";
  return formatFactValue(
    value,
    definitions.find((definition) => definition.name === name),
  );
}

/** What the conditions do not ask, as in a plain request: so that ranking has a size to reckon with. */
const plain: Facts = {
  model: "auto",
  context_tokens: 1_000,
  stream: false,
  uses_tools: false,
  uses_vision: false,
  uses_json_schema: false,
  time: PLAIN_TIME,
};

/** Where a request goes when nothing is known of the providers, in a few words. */
function describeOutcome(policy: CompiledPolicy, given: Facts): string {
  const facts = withDefaults(policy.set, { ...plain, ...given });
  const outcome = readInOrder(policy.set, facts);
  if (outcome.denied !== undefined) return `refused: ${writeDenyMessage(outcome.denied.rule, facts, policy.set)}`;
  const { attempts, excluded } = rank(policy, outcome, facts, {});
  const [first] = attempts;
  if (first !== undefined) {
    const then = attempts.length === 1 ? "" : `, then ${attempts.length - 1} more`;
    return `${first.endpoint.id}${first.cost === undefined ? "" : ` ($${formatUsd(first.cost)})`}${then}`;
  }
  const reasons = [...new Set(excluded.map(({ reason }) => reason))].join(", ");
  return `no candidate left${reasons === "" ? "" : ` (${reasons})`}`;
}
