import type { GlobPredicate, PrefixPredicate } from "../../conditions/condition.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { Axis, FactAtom, FactAxis, OpaqueAxis } from "./axis.js";
import type { Box } from "./box.js";
import { isWithinBounds } from "./number-atoms.js";
import { type RequestSpace, valueOfAtom } from "./request-space.js";
import { PLAIN_TIME } from "./time-atoms.js";

/** How often random values are tried to make opaque leaves come out as a box wants them. */
const TRIES = 4_000;

/**
 * A request of a box, as plain as it can be: optional facts are left out, tags that need not be there are not, numbers
 * are where a condition's edge is.
 *
 * @returns undefined when opaque leaves (`logic`, patterns too many to combine) cannot be made to come out right, which
 *   proves nothing.
 */
export function factsOfBox(space: RequestSpace, box: Box): Facts | undefined {
  const chosen = new Map<number, number>();
  for (const [number, axis] of space.axes.entries()) {
    if (axis.kind === "fact") chosen.set(number, chooseAtom(space, box, number, axis));
  }
  const facts = assemble(space, box, chosen);
  const asked = askedOpaque(space, box);
  return asked.length === 0 || isAsAsked(space, asked, facts) ? facts : tryValues(space, box, chosen, asked, facts);
}

/** The opaque leaves whose outcome the box fixes. */
function askedOpaque({ axes, layout }: RequestSpace, box: Box): readonly (OpaqueAxis & { readonly truth: boolean })[] {
  return box.axes.flatMap((number) => {
    const axis = axes[number] as Axis;
    return axis.kind === "opaque" ? [{ ...axis, truth: layout.has(box.bits, number, 1) }] : [];
  });
}

function isAsAsked(space: RequestSpace, asked: ReturnType<typeof askedOpaque>, facts: Facts): boolean {
  return asked.every(({ predicate, defaults, truth }) => {
    const actual = evaluateCondition(predicate, { ...defaults, ...facts });
    // Where it is unknown, or the fact is a named text, the box does not ask.
    return actual === undefined || actual === truth || isNamedText(space, predicate, facts);
  });
}

function isNamedText({ axes, factAxes }: RequestSpace, predicate: OpaqueAxis["predicate"], facts: Facts): boolean {
  if (predicate.kind === "logic") return false;
  const value = readFact(facts, predicate.fact);
  return (factAxes.get(predicate.fact) ?? []).some((number) =>
    (axes[number] as FactAxis).atoms.some((atom) => atom.kind === "string" && !atom.isClass && atom.value === value),
  );
}

/** The first of those that are preferred. */
function chooseAtom({ layout }: RequestSpace, box: Box, number: number, axis: FactAxis): number {
  let best = -1;
  let bestPreference = Number.POSITIVE_INFINITY;
  for (const [at, atom] of axis.atoms.entries()) {
    if (!layout.has(box.bits, number, at)) continue;
    const rank = preference(atom, axis);
    if (rank >= bestPreference) continue;
    if (rank === MOST_PREFERRED) return at;
    best = at;
    bestPreference = rank;
  }
  return best;
}

const MOST_PREFERRED = 0;

/** Absent or the default before present, other before named, false before true, low before high. */
function preference(atom: FactAtom, { definition }: FactAxis): number {
  if ("value" in atom && "default" in definition && definition.default === atom.value) return MOST_PREFERRED;
  switch (atom.kind) {
    case "absent":
      return MOST_PREFERRED;
    case "string":
      return atom.isClass ? 1 : 2;
    case "boolean":
      return atom.value ? 2 : 1;
    case "time":
      return atom.value === PLAIN_TIME ? MOST_PREFERRED : 1;
    default:
      return 1;
  }
}

function assemble(space: RequestSpace, box: Box, chosen: ReadonlyMap<number, number>): Facts {
  const facts: Record<string, FactValue> = {};
  for (const [number, at] of chosen) {
    const axis = space.axes[number] as FactAxis;
    const value = valueOfAtom(axis.atoms[at] as FactAtom, axis);
    if (value === undefined) continue;
    facts[axis.definition.name] = axis.definition.type === "set" ? tagsOf(space, box, axis.definition.name) : value;
  }
  return facts as Facts;
}

/** Those that need to be there: an axis that the box does not limit may do without. */
function tagsOf({ axes, layout }: RequestSpace, box: Box, fact: string): readonly string[] {
  const tags: string[] = [];
  for (const number of box.axes) {
    const axis = axes[number] as Axis;
    if (axis.kind === "tag" && axis.fact === fact && !layout.has(box.bits, number, 0)) tags.push(axis.tag);
  }
  return tags;
}

function tryValues(
  space: RequestSpace,
  box: Box,
  chosen: ReadonlyMap<number, number>,
  asked: ReturnType<typeof askedOpaque>,
  plain: Facts,
): Facts | undefined {
  const names = new Set(
    asked.flatMap(({ predicate }) => (predicate.kind === "logic" ? predicate.reads : [predicate.fact])),
  );
  const read = [...names].flatMap((name) => space.factAxes.get(name) ?? []);
  // Any fixed sequence will do; the same box always gives the same request.
  let state = 0x9e3779b9;
  const random = (count: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % count;
  };
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const facts: Record<string, FactValue | undefined> = { ...plain };
    for (const number of read) {
      const axis = space.axes[number] as FactAxis;
      const { name, type } = axis.definition;
      const allowed = axis.atoms.filter((_, at) => space.layout.has(box.bits, number, at));
      const atom = allowed[random(allowed.length)] as FactAtom;
      if (atom.kind === "absent") delete facts[name];
      else if (type === "set") facts[name] = randomTags(space, box, name, random);
      else if (atom.kind === "string" && atom.isClass) facts[name] = randomText(asked, name, atom.value, random);
      else facts[name] = valueWithin(axis, atom, attempt, random);
    }
    if (isAsAsked(space, asked, facts as Facts)) return facts as Facts;
  }
  return chosen.size === 0 ? plain : undefined;
}

function randomTags(space: RequestSpace, box: Box, fact: string, random: (count: number) => number): readonly string[] {
  const tags = [...(space.tagAxes.get(fact) ?? [])].flatMap(([tag, number]) => {
    if (!space.layout.has(box.bits, number, 0)) return [tag];
    return space.layout.has(box.bits, number, 1) && random(2) === 1 ? [tag] : [];
  });
  const others = ["other", "another", "third"].filter((tag) => !(space.tagAxes.get(fact)?.has(tag) ?? false));
  return [...tags, ...others.slice(0, random(others.length + 1))];
}

/** The pieces of patterns that a text must fit, put together in some order. */
function randomText(
  asked: ReturnType<typeof askedOpaque>,
  fact: string,
  plain: string,
  random: (count: number) => number,
): string {
  const wanted = asked.flatMap(({ predicate, truth }) => {
    return predicate.kind !== "logic" && predicate.fact === fact && truth ? [predicate] : [];
  });
  if (wanted.length === 0) return plain;
  const texts: string[] = [];
  for (const pattern of wanted) texts.splice(random(texts.length + 1), 0, shortestText(pattern));
  return random(3) === 0 ? (texts[random(texts.length)] as string) : texts.join("");
}

/** A text that fits a pattern. */
export function shortestText(pattern: GlobPredicate | PrefixPredicate): string {
  return pattern.kind === "prefix" ? pattern.prefix : pattern.pattern.replaceAll("*", "");
}

function valueWithin(axis: FactAxis, atom: FactAtom, attempt: number, random: (count: number) => number): FactValue {
  if (atom.kind !== "number") return valueOfAtom(atom, axis) ?? "";
  const { min, max, value } = atom;
  const low = min?.value ?? (max === undefined ? 0 : max.value - 64);
  const high = max?.value ?? low + 10 ** (1 + (attempt % 7));
  const tries = [value, low + random(12), high - random(12), Math.floor(low + ((high - low) * random(1_000)) / 1_000)];
  const tried = tries[random(tries.length)] as number;
  return valueOfAtom({ ...atom, value: isWithinBounds(tried, min, max) ? tried : value }, axis) as FactValue;
}
