import { decide } from "../evaluate/decide.js";
import type { Facts } from "../evaluate/facts.js";
import { nextRoute } from "../evaluate/next-route.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { CandidateReference } from "../policy/policy-set.js";
import { routesOf } from "../policy/routes-of.js";
import type { World } from "../rank/world.js";
import type { CaseMeanings } from "./case-meanings.js";
import { ClassTable } from "./class-table.js";
import { ClassNumbers, type FactClass, factClasses } from "./fact-class.js";
import { factsOfTheirType } from "./fact-types.js";
import { FigureRanking } from "./figure-ranking.js";
import { type FixedRoute, fixRoute } from "./fixed-route.js";
import type { RecordReader } from "./records/record-reader.js";
import { type Destination, destinationOf } from "./replay-decision.js";

/** Cases that are kept. */
const MOST_CASES = 1 << 12;
/** After so many requests it is seen whether half of them had a case; if not, so many are decided each by itself. */
const TRIED = 4_096;
const SPARED = 16 * TRIED;

/** What is the same for all requests of the same classes. */
interface CaseContent {
  /** Where they go, when they are denied. */
  readonly denied: Destination | undefined;
  /** What is ranked; undefined when ranking looks at more than classes and figures. */
  readonly routes: readonly FixedRoute[] | undefined;
  readonly world: World;
}
interface Case extends CaseContent {
  /** The number of its meaning, {@link CaseMeanings}. */
  readonly meaning: number;
}

/** It means the same as no other, not even as itself. */
const eachByItself: Case = { denied: undefined, routes: undefined, world: {}, meaning: Number.NaN };

/**
 * Decides the records that a reader has read, as {@link destinationOf} does, but the same thing once: requests whose facts
 * the policy cannot tell apart are decided once and then looked up, and so is which candidates they leave over. What is
 * left to do for each are its figures: costs, windows, limits, latencies, draws.
 */
export class PolicyDecider {
  private readonly numbers = new ClassNumbers();
  private readonly classes: readonly FactClass[];
  private readonly table: ClassTable;
  private cases: Case[] = [];
  private readonly placeOfCase = new Map<string, number>();
  private generation = 0;
  private tried = 0;
  private missed = 0;
  private spared = 0;
  private readonly ranking: FigureRanking;
  private readonly namesRequested: boolean;

  /** What was made of the record that was read last. */
  private latest: { readonly case: Case; readonly destination: Destination } | undefined;

  constructor(
    private readonly policy: CompiledPolicy,
    private readonly reader: RecordReader,
    /** Shared by the deciders whose destinations are compared. */
    private readonly meanings: CaseMeanings,
  ) {
    this.namesRequested = namesRequested(policy);
    const ranked = ["uses_tools", "uses_vision", "uses_json_schema", ...(this.namesRequested ? ["model"] : [])];
    this.classes = factClasses(policy, ranked, reader, this.numbers);
    this.table = new ClassTable(this.classes.length + 1);
    this.ranking = new FigureRanking(policy.set, reader.record, meanings.candidates);
    for (const { endpoints } of policy.set.catalog.models) for (const { id } of endpoints) reader.sameText(id);
    for (const { id } of policy.set.rules) reader.sameText(id);
    reader.sameText("default");
  }

  /**
   * Where the request of the record that was read last goes.
   * @param other what another policy's decider has made of it: where both mean the same, nothing is ranked again.
   */
  destination(other?: PolicyDecider): Destination {
    const found = this.caseOfRecord();
    const known = other?.latest;
    const destination = known?.case.meaning === found.meaning ? known.destination : this.decided(found);
    this.latest = { case: found, destination };
    return destination;
  }

  private decided({ denied, routes, world }: Case): Destination {
    if (denied !== undefined) return denied;
    if (routes !== undefined) return this.ranking.rank(routes, world);
    const { record } = this.reader;
    return destinationOf(this.policy, record.facts(), record.world);
  }

  private caseOfRecord(): Case {
    const { reader, classes, table, numbers } = this;
    if (this.spared > 0) {
      this.spared--;
      return eachByItself;
    }
    if (++this.tried === TRIED) this.judge();
    if (this.generation !== reader.generation || numbers.isFull) this.forgetAll();
    const { key } = table;
    for (let at = 0; at < classes.length; at++) key[at] = (classes[at] as FactClass).ofRecord();
    key[classes.length] = reader.fixedWorldNumber;
    const known = table.find();
    if (known !== -1) return this.cases[known] as Case;
    if (table.isFull || this.cases.length === MOST_CASES) {
      this.forgetAll();
      return this.caseOfRecord();
    }
    this.missed++;
    const place = this.learnCase();
    table.keep(place);
    return this.cases[place] as Case;
  }

  /** Where hardly two requests are alike, looking for their cases costs more than it spares. */
  private judge(): void {
    if (this.missed > TRIED / 2) this.spared = SPARED;
    this.tried = 0;
    this.missed = 0;
  }

  private forgetAll(): void {
    this.generation = this.reader.generation;
    this.numbers.clear();
    for (const each of this.classes) each.clear();
    this.table.clear();
    this.cases = [];
    this.placeOfCase.clear();
  }

  /** The place of a case for what was read last. Many combinations of classes come to the same case. */
  private learnCase(): number {
    const { policy, reader } = this;
    const { candidates } = this.meanings;
    const facts = factsOfTheirType(policy.set, reader.record.facts());
    const outcome = decide(policy, facts);
    const choices = outcome.denied !== undefined ? [] : chain(policy, outcome, facts);
    const { uses_tools, uses_vision, uses_json_schema, model } = facts;
    // A case is told by all that ranking looks at beside figures.
    let name = `${outcome.denied?.rule.id}\n${this.namesRequested ? JSON.stringify(model) : ""}\n${reader.fixedWorldNumber}\n${uses_tools} ${uses_vision} ${uses_json_schema}`;
    for (const { id } of outcome.requirements) name += `\n${id}`;
    for (const { ruleNumber } of choices) name += ` ${ruleNumber}`;
    const known = this.placeOfCase.get(name);
    if (known !== undefined) return known;
    const world = reader.record.fixedWorld();
    this.placeOfCase.set(name, this.cases.length);
    const denied = outcome.denied === undefined ? undefined : destinationOf(policy, facts, world);
    const routes =
      world.hint_order === undefined && world.largest_prompt === undefined
        ? choices.map((choice) => fixRoute(policy.set, choice, outcome, facts, world, reader.record, candidates))
        : undefined;
    const isPlain = denied === undefined && routes === undefined;
    const meaning = this.meanings.of(isPlain ? undefined : { denied, routes, world });
    return this.cases.push({ denied, routes, world, meaning }) - 1;
  }
}

/** The routes that are asked for candidates, one after the other. */
function chain(policy: CompiledPolicy, { route }: Outcome, facts: Facts): readonly RouteChoice[] {
  const choices = [route];
  for (let choice = route; choice.route.onExhausted === "next_rule" && choice.ruleNumber < policy.set.rules.length; ) {
    choice = nextRoute(policy, facts, choice.ruleNumber);
    choices.push(choice);
  }
  return choices;
}

/** Whether some route asks for the model that the client named. */
function namesRequested({ set }: CompiledPolicy): boolean {
  const isRequested = ({ kind }: CandidateReference) => kind === "requested";
  return (
    routesOf(set).some(({ to, fallback }) => to.some(isRequested) || fallback.some(isRequested)) ||
    set.pools.some(({ items }) => items.some(isRequested))
  );
}
