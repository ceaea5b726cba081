import type { Facts } from "../../evaluate/facts.js";
import { readFactsOf } from "../../explain/facts-of-condition.js";
import type { PolicySet, RequireRule } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import { PolicyRegions } from "../regions/policy-regions.js";
import { requirementMeaning } from "../regions/route-meaning.js";
import type { Box } from "../space/box.js";
import { buildSpace } from "../space/build-space.js";
import { collectLeaves } from "../space/collect-leaves.js";
import { factsOfBox } from "../space/facts-of-box.js";
import { httpRequests, type RequestAssumptions } from "../space/request-assumptions.js";
import type { RequestSpace } from "../space/request-space.js";
import { StepBudget } from "../space/step-budget.js";
import { attributeChanges } from "./attribute-changes.js";
import { type CatalogChange, catalogChanges } from "./catalog-changes.js";
import { describedAxes } from "./describe-boxes.js";
import { type Edge, findEdge } from "./find-edge.js";
import { ALL_LISTINGS, type Extent, findExtent } from "./find-extent.js";
import { type FirstMatchQuestion, firstMatchChanges } from "./first-match-changes.js";
import { listed, listRoutes } from "./list-rules.js";
import type { ListedRule } from "./listed-rule.js";
import { outcomeMeaning } from "./outcome-meaning.js";

/** Two policies compared by what they do with requests. */
export interface PolicyDiff {
  readonly before: PolicySet;
  readonly after: PolicySet;
  readonly space: RequestSpace;
  /** Requests that either refuses; of them only the refusal counts. */
  readonly refused: readonly Box[];
  readonly changes: readonly RequestChange[];
  readonly catalog: readonly CatalogChange[];
  /** Attributes that are declared otherwise: what a request's facts are changes with them. */
  readonly attributes: readonly string[];
  /** What could not be decided, in words; empty when everything else is proved. */
  readonly undecided: readonly string[];
}

/** Requests with which the two policies do something else, grouped by who decides them. */
export interface RequestChange extends Extent {
  /** `denied`: refused before or after, or with another text. `next`: what follows when a route is exhausted. */
  readonly kind: "denied" | "required" | "routed" | "next";
  readonly from: ChangedSide;
  readonly to: ChangedSide;
  /** One of them, decided by both policies: their outcomes differ. */
  readonly example: Facts;
  /** A request beside the example that does not change in this way; looked for when first asked, since of thousands of changes few are shown. */
  readonly edge: () => Edge | undefined;
}
export interface ChangedSide {
  /** The rule's id; `default`; `none` when no rule of the kind acts. */
  readonly rule: string;
  readonly ruleNumber: number;
  /** Whether the rule was edited, moved, or is in one of the policies only. */
  readonly isEdited: boolean;
}

/**
 * Which requests two policies treat differently, exactly: refused or not and why, what is required, where they are
 * routed, and what is asked next when a route is exhausted. Rules are compared by when and what, not by name or place:
 * a renamed rule or pool, a comment, or rules moved that share no request change nothing. Changes of the catalog are
 * listed beside it.
 * @param listing what working out all requests of changes may take; of those after that some requests are known, and where the others lie.
 */
export function diffPolicies(
  before: PolicySet,
  after: PolicySet,
  assumptions: RequestAssumptions = httpRequests,
  listing: StepBudget = new StepBudget(ALL_LISTINGS),
): PolicyDiff {
  const space = buildSpace({ sets: [before, after], assumptions });
  const comparing = new Comparing(space, before, after, listing);
  const changes = comparing.changes();
  return {
    before,
    after,
    space,
    refused: comparing.refused,
    changes,
    catalog: catalogChanges(before, after),
    attributes: attributeChanges(before, after, changes.length > 0),
    undecided: comparing.undecided,
  };
}

/** Whether it is proved that the two do the same with every request. */
export function isSameForAll({ changes, catalog, attributes, undecided }: PolicyDiff): boolean {
  return changes.length + catalog.length + attributes.length + undecided.length === 0;
}

/** Boxes of a change in which an example is looked for. */
const MOST_TRIED = 16;

interface FoundExample {
  readonly example: Facts;
  readonly box: Box;
}

class Comparing {
  readonly undecided: string[] = [];
  readonly #listing: StepBudget;
  readonly #space: RequestSpace;
  readonly #before: PolicyRegions;
  readonly #after: PolicyRegions;
  /** Every leaf of each policy's conditions. */
  readonly #leafTexts: readonly [ReadonlySet<string>, ReadonlySet<string>];
  /** Refused by either: what is required of them, and where they would go, does not matter. */
  readonly refused: readonly Box[];

  constructor(space: RequestSpace, before: PolicySet, after: PolicySet, listing: StepBudget) {
    this.#listing = listing;
    this.#space = space;
    this.#before = new PolicyRegions(space, before);
    this.#after = new PolicyRegions(space, after);
    const leafTexts = ({ rules }: PolicySet) =>
      new Set(rules.flatMap(({ condition }) => collectLeaves(condition).map((leaf) => canonicalJson(leaf))));
    this.#leafTexts = [leafTexts(before), leafTexts(after)];
    this.refused = [this.#before, this.#after].flatMap((regions) =>
      regions.denies.flatMap(({ ruleNumber }) => regions.acts(ruleNumber) ?? []),
    );
  }

  changes(): readonly RequestChange[] {
    return [...this.#denials(), ...this.#requirements(), ...this.#routes()];
  }

  #denials(): readonly RequestChange[] {
    const allowed = (regions: PolicyRegions): ListedRule => {
      const { length } = regions.set.rules;
      const acts = [this.#space.layout.full()];
      return { name: "none", ruleNumber: length, meaning: "", when: "", key: "", goesOn: false, acts };
    };
    const list = (regions: PolicyRegions) => [
      ...regions.denies.map(({ rule, ruleNumber }) =>
        listed(regions, rule, ruleNumber, rule.effect === "deny" ? `denied ${rule.message}` : ""),
      ),
      allowed(regions),
    ];
    const lists = { before: list(this.#before), after: list(this.#after), within: [this.#space.layout.full()] };
    return this.#firstMatches("denied", { ...lists, without: [], asked: "either" });
  }

  #routes(): readonly RequestChange[] {
    const [one, other] = [listRoutes(this.#before), listRoutes(this.#after)];
    return joinSamePairs(this.#compareRoutes("routed", one, other, [this.#space.layout.full()]));
  }

  #compareRoutes(
    kind: "routed" | "next",
    before: readonly ListedRule[],
    after: readonly ListedRule[],
    within: readonly Box[],
  ): readonly RequestChange[] {
    if (keptAtEnd(before, after) === Math.max(before.length, after.length)) return [];
    const lists = { before, after, within, without: this.refused };
    const someGoOn = before.some(({ goesOn }) => goesOn);
    const changes =
      kind === "next"
        ? this.#firstMatches("next", { ...lists, asked: "either" })
        : [
            ...this.#firstMatches("routed", { ...lists, asked: "first" }),
            ...(someGoOn ? this.#firstMatches("next", { ...lists, asked: "later" }) : []),
          ];
    return someGoOn ? [...changes, ...this.#chains(before, after, within)] : changes;
  }

  /** Where two rules take the same route, one of them edited, but go on differently when it is exhausted. */
  #chains(
    before: readonly ListedRule[],
    after: readonly ListedRule[],
    within: readonly Box[],
  ): readonly RequestChange[] {
    const tail = (rules: readonly ListedRule[], rule: ListedRule) => rules.slice(rules.indexOf(rule) + 1);
    const kept = keptAtEnd(before, after);
    const isSameTail = (from: ListedRule, to: ListedRule) => {
      const left = before.length - before.indexOf(from);
      return left === after.length - after.indexOf(to) && left - 1 <= kept;
    };
    const { changes, undecided } = firstMatchChanges({
      ...{ space: this.#space, before, after, within, without: this.refused, asked: "either" },
      listing: this.#listing,
      isWanted: (from, to) => from.goesOn && from.meaning === to.meaning && !isSameTail(from, to),
    });
    this.#noteUndecided(undecided);
    return changes.flatMap(({ from, to, region, isWhole }) => {
      if (!isWhole) this.undecided.push(`what is asked after ${from.name} when it is exhausted`);
      return this.#compareRoutes("next", tail(before, from), tail(after, to), region);
    });
  }

  #requirements(): readonly RequestChange[] {
    const changes: RequestChange[] = [];
    const list = (regions: PolicyRegions) =>
      regions.requires.map(({ rule, ruleNumber }) =>
        listed(regions, rule, ruleNumber, requirementMeaning((rule as RequireRule).require)),
      );
    const [one, other] = [list(this.#before), list(this.#after)];
    const compare = (
      own: readonly ListedRule[],
      others: readonly ListedRule[],
      sides: (rule: ListedRule) => readonly [ChangedSide, ChangedSide],
    ) => {
      for (const rule of own) {
        if (others.some(({ key }) => key === rule.key)) continue;
        const same = others.filter(({ meaning }) => meaning === rule.meaning);
        if (rule.acts === undefined || same.some(({ acts }) => acts === undefined)) {
          this.undecided.push(`where the requirement of ${rule.name} is new or gone`);
          continue;
        }
        const covers = [...same.flatMap(({ acts }) => acts ?? []), ...this.refused];
        const extent = findExtent(this.#space.layout, rule.acts, covers, this.#listing);
        if (extent === "none") continue;
        if (extent === "undecided") {
          this.undecided.push(`where the requirement of ${rule.name} is new or gone`);
          continue;
        }
        const [from, to] = sides(rule);
        changes.push(...this.#show("required", from, to, extent));
      }
    };
    const none = { rule: "none", ruleNumber: -1, isEdited: false };
    compare(one, other, (rule) => [sideOf(this.#before, rule, true), none]);
    compare(other, one, (rule) => [none, sideOf(this.#after, rule, true)]);
    return joinEditedRequirements(changes, this.#before.set, this.#after.set);
  }

  #firstMatches(
    kind: RequestChange["kind"],
    question: Omit<FirstMatchQuestion, "space" | "listing" | "isWanted">,
  ): readonly RequestChange[] {
    const isWanted = (from: ListedRule, to: ListedRule) => from.meaning !== to.meaning;
    const { changes, undecided } = firstMatchChanges({
      ...question,
      space: this.#space,
      listing: this.#listing,
      isWanted,
    });
    this.#noteUndecided(undecided);
    return changes.flatMap((change) => {
      const from = sideOf(this.#before, change.from, change.isEdited.from);
      return this.#show(kind, from, sideOf(this.#after, change.to, change.isEdited.to), change);
    });
  }

  #noteUndecided(pairs: readonly (readonly [ListedRule, ListedRule])[]): void {
    for (const [from, to] of pairs) this.undecided.push(`which requests go from ${from.name} to ${to.name}`);
  }

  /** With an example that both policies have decided. */
  #show(
    kind: RequestChange["kind"],
    from: ChangedSide,
    to: ChangedSide,
    { region, isWhole, around }: Extent,
  ): readonly RequestChange[] {
    const [one, other] = [this.#before.set, this.#after.set];
    // In what the change is about: another change may show at the same request.
    const differs = (facts: Facts) =>
      aspectOf(kind, outcomeMeaning(one, facts)) !== aspectOf(kind, outcomeMeaning(other, facts));
    const found = this.#exampleIn(region, differs);
    if (found === undefined) {
      // Only `logic` taken as independent can promise a request that there is not.
      this.undecided.push(`${questionOf(kind, from, to)}: none was found`);
      return [];
    }
    const { example } = found;
    return [
      { kind, from, to, region, isWhole, around, example, edge: () => this.#edge(kind, from, to, around, found) },
    ];
  }

  #edge(
    kind: RequestChange["kind"],
    from: ChangedSide,
    to: ChangedSide,
    around: readonly Box[],
    { example, box }: FoundExample,
  ): Edge | undefined {
    const [one, other] = [this.#before.set, this.#after.set];
    const axes = describedAxes(this.#space, around, kind === "denied" ? [] : this.refused);
    const isBeyond = (facts: Facts) => {
      const [was, is] = [aspectOf(kind, outcomeMeaning(one, facts)), aspectOf(kind, outcomeMeaning(other, facts))];
      return was === is && (kind === "denied" || was !== undefined);
    };
    return findEdge(this.#space, box, example, axes, this.#editedFacts(from, to), isBeyond);
  }

  #exampleIn(region: readonly Box[], differs: (facts: Facts) => boolean): FoundExample | undefined {
    for (const box of region.slice(0, MOST_TRIED)) {
      const example = factsOfBox(this.#space, box);
      if (example !== undefined && differs(example)) return { example, box };
    }
    return undefined;
  }

  /** The facts of conditions of the two rules that only one of the policies has. */
  #editedFacts({ ruleNumber: from }: ChangedSide, { ruleNumber: to }: ChangedSide): ReadonlySet<string> {
    const [before, after] = this.#leafTexts;
    const conditions = [this.#before.set.rules[from]?.condition, this.#after.set.rules[to]?.condition];
    const leaves = conditions.flatMap((condition) => (condition === undefined ? [] : collectLeaves(condition)));
    const edited = leaves.filter((leaf) => {
      const text = canonicalJson(leaf);
      return before.has(text) !== after.has(text);
    });
    return new Set(edited.flatMap(readFactsOf));
  }
}

function questionOf(kind: RequestChange["kind"], { rule: from }: ChangedSide, { rule: to }: ChangedSide): string {
  if (kind === "denied") return `whether a request is refused by ${from} before and by ${to} after`;
  if (kind === "required") return `whether a request is limited by ${from === "none" ? to : from}`;
  if (from === to) return `whether a request reaches ${to}, which routes otherwise`;
  return `whether a request goes from ${from} to ${to}`;
}

/** How many rules at the end of two lists are the same. */
function keptAtEnd(one: readonly ListedRule[], other: readonly ListedRule[]): number {
  let kept = 0;
  while (kept < Math.min(one.length, other.length) && one.at(-1 - kept)?.key === other.at(-1 - kept)?.key) kept++;
  return kept;
}

/** What of an outcome a kind of change is about; undefined when a refused request has none. */
function aspectOf(kind: RequestChange["kind"], meaning: string): string | undefined {
  const { denied, required, routes } = JSON.parse(meaning) as Readonly<Record<string, unknown>>;
  const aspect = kind === "denied" ? denied : kind === "required" ? required : routes;
  return aspect === undefined ? undefined : JSON.stringify(aspect);
}

/** One change for two rules that are the next ones behind several. */
function joinSamePairs(changes: readonly RequestChange[]): readonly RequestChange[] {
  const pairs = new Map<string, RequestChange>();
  for (const change of changes) {
    const key = `${change.kind} ${change.from.ruleNumber} ${change.to.ruleNumber}`;
    const first = pairs.get(key);
    if (first === undefined) pairs.set(key, change);
    else {
      pairs.set(key, { ...first, ...joinedExtent(first, change) });
    }
  }
  return [...pairs.values()];
}

function joinedExtent(one: RequestChange, other: RequestChange): Extent {
  return {
    region: [...one.region, ...other.region],
    isWhole: one.isWhole && other.isWhole,
    around: [...one.around, ...other.around],
  };
}

/** One change for a rule that asks for something else under the same condition. */
function joinEditedRequirements(
  changes: readonly RequestChange[],
  before: PolicySet,
  after: PolicySet,
): readonly RequestChange[] {
  const isEdited = ({ from }: RequestChange, { to }: RequestChange) => {
    const [one, other] = [before.rules[from.ruleNumber], after.rules[to.ruleNumber]];
    return one?.id === other?.id && canonicalJson(one?.condition) === canonicalJson(other?.condition);
  };
  const gone = changes.filter(({ to }) => to.rule === "none");
  const fresh = changes.filter(({ from }) => from.rule === "none");
  const joined = gone.map((change) => {
    const other = fresh.find((each) => isEdited(change, each));
    if (other === undefined) return change;
    fresh.splice(fresh.indexOf(other), 1);
    return { ...change, to: other.to, ...joinedExtent(change, other) };
  });
  return [...joined, ...fresh];
}

function sideOf({ set }: PolicyRegions, { name, ruleNumber }: ListedRule, isEdited: boolean): ChangedSide {
  const rule = set.rules[ruleNumber];
  return { rule: rule?.id ?? (name === "none" ? "none" : "default"), ruleNumber, isEdited };
}
