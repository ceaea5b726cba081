import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { PolicySet } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { usdToNano } from "../../units/money.js";
import type { FactAtom, FactAxis } from "../space/axis.js";
import { shortestText } from "../space/facts-of-box.js";
import type { NumberAtom } from "../space/number-atoms.js";
import { atomOfFacts, type RequestSpace, valueOfAtom } from "../space/request-space.js";
import { hintsOf, type Trial, withFact, withoutFact, withoutHint, withTag } from "./trial.js";
import { withoutObstacles } from "./world-changes.js";

/** One change of one fact (of a set: of one tag), or a hint left out. */
export interface Move {
  /** The fact, or the hint. */
  readonly fact: string;
  readonly isTag: boolean;
  /** Whether it goes to a value at which only the ranking of this very request changes. */
  readonly isEdge?: true;
  /** That it is no fact: a hint of the client's, or the state of server and key, which no client changes. */
  readonly ofWorld?: "hint" | "server";
  /** How far it goes: what is nearer is shown first. */
  readonly weight: number;
  readonly apply: (trial: Trial) => Trial;
}

/** Values of one fact that are combined with others, and moves in all: the combinations of three must stay few. */
const MOST_VALUES = 16;
const MOST_MOVES = 90;

/** Those that are combined with each other: the nearest values of each fact that mean something for other requests too. */
export function movesToCombine(moves: readonly Move[]): readonly Move[] {
  const ofFact = new Map<string, number>();
  const near = moves.filter(({ fact, isTag, isEdge }) => {
    if (isEdge === true) return false;
    const count = (ofFact.get(fact) ?? 0) + 1;
    ofFact.set(fact, count);
    return isTag || count <= MOST_VALUES;
  });
  return near.slice(0, MOST_MOVES);
}

/**
 * Every change of one fact that some condition or candidate could notice: to the nearest value of each other stretch of
 * numbers, to each named text, to absent, and each tag given or taken, and each hint left out.
 * @param wanted the endpoints that are asked about, of a model which a client can name.
 * @param edges further values of numbers to try, by fact.
 */
export function movesFor(
  space: RequestSpace,
  set: PolicySet,
  { facts, world }: Trial,
  wanted: readonly CatalogEntry[],
  edges: ReadonlyMap<string, readonly number[]>,
): readonly Move[] {
  const moves: Move[] = [
    ...hintsOf(world).map((hint): Move => {
      return { fact: hint, isTag: false, ofWorld: "hint", weight: 1.1, apply: (trial) => withoutHint(trial, hint) };
    }),
    ...withoutObstacles(world, wanted).map(({ name, apply }): Move => {
      return { fact: name, isTag: false, ofWorld: "server", weight: 0.4, apply };
    }),
  ];
  const model = wanted[0]?.model.id;
  if (model !== undefined && facts.model !== model) moves.push(setTo("model", model, 0.5));
  for (const axis of space.axes) {
    if (axis.kind === "opaque") {
      const { predicate } = axis;
      if (predicate.kind !== "logic") moves.push(setTo(predicate.fact, shortestText(predicate), 1));
      continue;
    }
    if (axis.kind === "tag") {
      moves.push(toggle(axis.fact, axis.tag, facts));
      continue;
    }
    if (axis.definition.type === "set") {
      const { name } = axis.definition;
      if (readFact(facts, name) === undefined) moves.push(setTo(name, [], 1.3));
      else if (canBeAbsent(axis)) moves.push(leaveOut(name));
      continue;
    }
    const current = atomOfFacts(axis, facts);
    const hasDefault = set.attributes.some(
      ({ name, default: value }) => name === axis.definition.name && value !== undefined,
    );
    const own = axis.atoms.flatMap((atom, at): readonly Move[] => {
      if (at === current) return [];
      if (atom.kind === "absent") return hasDefault ? [] : [leaveOut(axis.definition.name)];
      const value = nearestValue(atom, axis, readFact(facts, axis.definition.name));
      return value === undefined
        ? []
        : [setTo(axis.definition.name, value, weightOf(value, readFact(facts, axis.definition.name)))];
    });
    const { name } = axis.definition;
    const present = readFact(facts, name);
    const further = (edges.get(name) ?? []).flatMap((value) =>
      value === present ? [] : [{ ...setTo(name, value, weightOf(value, present)), isEdge: true as const }],
    );
    moves.push(...[...own, ...further].sort((a, b) => a.weight - b.weight));
  }
  return moves;
}

function canBeAbsent(axis: FactAxis): boolean {
  return axis.atoms.some(({ kind }) => kind === "absent");
}

function setTo(fact: string, value: FactValue, weight: number): Move {
  return { fact, isTag: false, weight, apply: (trial) => withFact(trial, fact, value) };
}

function leaveOut(fact: string): Move {
  return { fact, isTag: false, weight: 1.5, apply: (trial) => withoutFact(trial, fact) };
}

function toggle(fact: string, tag: string, facts: Facts): Move {
  const present = (readFact(facts, fact) as readonly string[] | undefined) ?? [];
  const isHeld = present.includes(tag);
  return {
    fact,
    isTag: true,
    // To say nothing of tags is nearer than to say that there are none.
    weight: !isHeld ? 1 : present.length === 1 ? 1.6 : 1.2,
    apply: (trial) => withTag(trial, fact, tag, !isHeld),
  };
}

/** Of a stretch of numbers the end nearest to the present value; else the value that stands for the atom. */
function nearestValue(atom: FactAtom, axis: FactAxis, present: FactValue | undefined): FactValue | undefined {
  if (atom.kind !== "number" || typeof present !== "number") return valueOfAtom(atom, axis);
  const compared = axis.definition.unit === "usd" ? usdToNano(present) : present;
  const isWhole = axis.definition.unit !== undefined && axis.definition.unit !== "ratio";
  if (atom.max === undefined || compared <= atom.max.value || !isWhole) return valueOfAtom(atom, axis);
  const highest: NumberAtom = { ...atom, value: atom.max.inclusive ? atom.max.value : Math.ceil(atom.max.value) - 1 };
  return valueOfAtom(highest.value >= (atom.min?.value ?? 0) ? highest : atom, axis);
}

function weightOf(value: FactValue, present: FactValue | undefined): number {
  if (typeof value !== "number" || typeof present !== "number") return 1;
  return 0.5 + Math.min(1, Math.abs(Math.log10((value + 1e-9) / (present + 1e-9))) / 10);
}
