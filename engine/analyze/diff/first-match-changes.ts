import { BoxIndex } from "../regions/box-index.js";
import { UsualRequests } from "../regions/usual-requests.js";
import type { Box, BoxLayout } from "../space/box.js";
import type { Search } from "../space/find-uncovered.js";
import type { RequestSpace } from "../space/request-space.js";
import { QUESTION_STEPS, StepBudget } from "../space/step-budget.js";
import { type AlignedRules, alignRules } from "./aligned-rules.js";
import { type Extent, findExtent } from "./find-extent.js";
import type { ListedRule } from "./listed-rule.js";

/** Requests that one list gives to `from` and the other to `to`, where the two part. */
export interface FirstMatchChange extends Extent {
  readonly from: ListedRule;
  readonly to: ListedRule;
  /** Whether the rule was edited or moved, or is in one of the lists only. */
  readonly isEdited: { readonly from: boolean; readonly to: boolean };
}

export interface FirstMatchQuestion {
  readonly space: RequestSpace;
  readonly before: readonly ListedRule[];
  readonly after: readonly ListedRule[];
  /** Only requests in one of these count. */
  readonly within: readonly Box[];
  /** Requests in one of these do not count. */
  readonly without: readonly Box[];
  /** Which pairs are asked for. */
  readonly isWanted: (from: ListedRule, to: ListedRule) => boolean;
  /** Whether the two are the first that are asked, or rules that go on come before, the same in both lists. */
  readonly asked: "first" | "later" | "either";
  /** See {@link findExtent}. */
  readonly listing: StepBudget;
}

/**
 * For each pair of a rule of one list and a rule of the other: the requests with which the two lists part there. All rules that act above
 * are kept ones that go on, the same for both. So one of a pair at least was edited or moved; and where a rule acts on the same requests
 * as one that stands above the other of the pair, the pair shares no request.
 *
 * @returns the changes, and the pairs that were not decided.
 */
export function firstMatchChanges(question: FirstMatchQuestion): {
  readonly changes: readonly FirstMatchChange[];
  readonly undecided: readonly (readonly [ListedRule, ListedRule])[];
} {
  const { space, before, after, within, without, isWanted, asked, listing } = question;
  const { layout } = space;
  const aligned = alignRules(before, after);
  const lists = [new RuleList(space, before), new RuleList(space, after)] as const;
  const changes: FirstMatchChange[] = [];
  const undecided: (readonly [ListedRule, ListedRule])[] = [];
  const findUsual = usualSearch(question, aligned);

  for (const [place, otherPlace] of pairsThatMeet(lists, aligned)) {
    const [from, to] = [before[place] as ListedRule, after[otherPlace] as ListedRule];
    if (!isWanted(from, to)) continue;
    const isEdited = { from: !aligned.keptOfBefore.has(place), to: !aligned.keptOfAfter.has(otherPlace) };
    if (from.acts === undefined || to.acts === undefined) {
      undecided.push([from, to]);
      continue;
    }
    const isTwin = aligned.twinOfBefore.get(place) === otherPlace;
    const shared = isTwin ? from.acts : intersect(layout, from.acts, to.acts);
    const inside = intersect(layout, shared, within);
    if (inside.length === 0) continue;
    const usual = findUsual(place, otherPlace, inside);
    if (usual === "none") continue;
    if (usual !== "undecided" && listing.isUsedUp) {
      changes.push({ from, to, isEdited, region: [usual], isWhole: false, around: inside });
      continue;
    }
    const { covers, passed } = aboveBoth(lists, aligned, [place, otherPlace], inside);
    const areas = asked === "later" ? intersect(layout, inside, passed) : inside;
    if (areas.length === 0) continue;
    const known = [...covers.flatMap((boxes) => boxes ?? []), ...(asked === "first" ? passed : []), ...without];
    const extent = findExtent(layout, areas, known, listing);
    if (extent === "none") continue;
    if (extent === "undecided" || covers.includes(undefined)) undecided.push([from, to]);
    else changes.push({ from, to, isEdited, ...extent });
  }
  return { changes, undecided };
}

/** Looks for a request of a pair without a list of all rules above it: thousands can be above each of thousands of pairs. */
function usualSearch({ space, before, after, without }: FirstMatchQuestion, { twinOfAfter }: AlignedRules) {
  type Owner = readonly ["before" | "after", number] | "without";
  const none = () => "undecided" as const;
  if ([...before, ...after].some(({ acts, goesOn }) => acts === undefined || goesOn)) return none;
  let usual: UsualRequests<Owner> | undefined;
  const boxesOf = (side: "before" | "after", rules: readonly ListedRule[]) =>
    rules.flatMap(({ acts = [] }, rule) => acts.map((box) => ({ owner: [side, rule] as const, box })));
  const refused = () => without.map((box) => ({ owner: "without" as const, box }));
  return (place: number, otherPlace: number, areas: readonly Box[]): Search => {
    usual ??= new UsualRequests<Owner>(space, [...boxesOf("before", before), ...boxesOf("after", after), ...refused()]);
    const isMeant = (owner: Owner) => {
      if (owner === "without") return true;
      const [side, rule] = owner;
      if (side === "before") return rule < place;
      return rule < otherPlace && (twinOfAfter.get(rule) ?? place) >= place;
    };
    const found = usual.find(areas, isMeant, [], new StepBudget(QUESTION_STEPS / 10));
    // Whether a request has what opaque leaves say is tried on several boxes.
    const isOpaque = typeof found !== "string" && found.axes.some((axis) => space.axes[axis]?.kind === "opaque");
    return isOpaque ? "undecided" : found;
  };
}

type Lists = readonly [RuleList, RuleList];

/** Pairs of which one at least is not kept, and that may share requests with which the lists part; in order. */
function pairsThatMeet([before, after]: Lists, aligned: AlignedRules): readonly (readonly [number, number])[] {
  const { twinOfBefore, twinOfAfter, keptOfBefore, keptOfAfter } = aligned;
  const pairs: (readonly [number, number])[] = [];
  const add = (place: number, other: number) => {
    if ((twinOfBefore.get(place) ?? other) < other || (twinOfAfter.get(other) ?? place) < place) return;
    pairs.push([place, other]);
  };
  for (const place of before.rules.keys()) {
    if (!keptOfBefore.has(place)) for (const { rule } of after.meeting(before.rules[place]?.acts)) add(place, rule);
  }
  for (const other of after.rules.keys()) {
    if (keptOfAfter.has(other)) continue;
    for (const { rule } of before.meeting(after.rules[other]?.acts)) if (keptOfBefore.has(rule)) add(rule, other);
  }
  return pairs.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}

/**
 * Where rules above a pair act, of those that share requests with `given`. `covers`: those after which the lists have parted, or end; undefined for one that is not known.
 * `passed`: kept rules that go on and stand above both.
 */
function aboveBoth(
  [before, after]: Lists,
  aligned: AlignedRules,
  [place, otherPlace]: readonly [number, number],
  given: readonly Box[],
) {
  const { twinOfAfter, keptOfBefore, keptOfAfter } = aligned;
  const isPassed = (rule: number) =>
    before.rules[rule]?.goesOn === true && (keptOfBefore.get(rule) ?? otherPlace) < otherPlace;
  const own = before.meeting(given, place);
  const others = after.meeting(given, otherPlace).filter(({ rule }) => {
    const kept = keptOfAfter.get(rule) ?? place;
    if (kept < place && isPassed(kept)) return false;
    // What acts on the same requests is counted once.
    const twin = twinOfAfter.get(rule) ?? place;
    return twin >= place || isPassed(twin);
  });
  return {
    covers: [...own.filter(({ rule }) => !isPassed(rule)), ...others].map(({ boxes }) => boxes),
    passed: own.filter(({ rule }) => isPassed(rule)).flatMap(({ boxes }) => boxes ?? []),
  };
}

/** A rule that shares requests with some given ones, and where. Of a rule that takes too many boxes that is not known. */
interface MetRule {
  readonly rule: number;
  readonly boxes: readonly Box[] | undefined;
}

/** One of the lists, with its rules by the requests on which they act. */
class RuleList {
  readonly rules: readonly ListedRule[];
  readonly #layout: BoxLayout;
  readonly #index: BoxIndex<number>;
  readonly #unknown: readonly number[];

  constructor(space: RequestSpace, rules: readonly ListedRule[]) {
    this.rules = rules;
    this.#layout = space.layout;
    const owned = rules.flatMap(({ acts = [] }, owner) => acts.map((box) => ({ owner, box })));
    this.#index = new BoxIndex(space, owned);
    this.#unknown = [...rules.keys()].filter((rule) => rules[rule]?.acts === undefined);
  }

  /** Those above `end`, in order; all when it is not known what is given. */
  meeting(given: readonly Box[] | undefined, end = this.rules.length): readonly MetRule[] {
    if (given === undefined) return this.rules.slice(0, end).map(({ acts }, rule) => ({ rule, boxes: acts }));
    const met = new Map<number, Box[]>();
    for (const { owner, box } of this.#index.mayMeet(given)) {
      if (owner >= end) break;
      if (!given.some(({ bits }) => this.#layout.meets(bits, box))) continue;
      const boxes = met.get(owner);
      if (boxes === undefined) met.set(owner, [box]);
      else boxes.push(box);
    }
    const found: MetRule[] = [...met].map(([rule, boxes]) => ({ rule, boxes }));
    const unknown = this.#unknown.filter((rule) => rule < end);
    if (unknown.length === 0) return found;
    return [...found, ...unknown.map((rule) => ({ rule, boxes: undefined }))].sort((a, b) => a.rule - b.rule);
  }
}

function intersect(layout: BoxLayout, one: readonly Box[], other: readonly Box[]): readonly Box[] {
  return one.flatMap((box) => other.flatMap((each) => layout.intersect(box, each) ?? []));
}
