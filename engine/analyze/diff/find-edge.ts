import type { Facts, FactValue } from "../../evaluate/facts.js";
import { readFact } from "../../evaluate/facts.js";
import type { FactAtom, FactAxis } from "../space/axis.js";
import type { Box } from "../space/box.js";
import type { NumberAtom } from "../space/number-atoms.js";
import { type RequestSpace, valueOfAtom } from "../space/request-space.js";

/** A request that differs from another in one fact. */
export interface Edge {
  readonly request: Facts;
  readonly fact: string;
}

/**
 * A request just outside a box, beside one inside: one fact is moved to the nearest value that the box does not allow.
 * What was edited first, then numbers, since an edge between numbers says most.
 * @param axes those that may be moved.
 * @param edited the facts of conditions that only one of the policies has.
 */
export function findEdge(
  space: RequestSpace,
  box: Box,
  inside: Facts,
  axes: readonly number[],
  edited: ReadonlySet<string>,
  isOutside: (facts: Facts) => boolean,
): Edge | undefined {
  const weight = (number: number) => {
    const axis = space.axes[number];
    if (axis === undefined || axis.kind === "opaque") return 0;
    const isEdited = edited.has(axis.kind === "tag" ? axis.fact : axis.definition.name);
    return Number(isEdited) * 2 + Number(axis.kind === "fact" && axis.definition.type === "number");
  };
  const movable = box.axes.filter((number) => axes.includes(number));
  for (const number of movable.sort((a, b) => weight(b) - weight(a) || a - b)) {
    for (const edge of neighbours(space, box, number, inside)) if (isOutside(edge.request)) return edge;
  }
  return undefined;
}

function neighbours(space: RequestSpace, box: Box, number: number, inside: Facts): readonly Edge[] {
  const axis = space.axes[number];
  if (axis === undefined || axis.kind === "opaque") return [];
  if (axis.kind === "tag") {
    const tags = readFact(inside, axis.fact) as readonly string[] | undefined;
    if (tags === undefined) return [];
    const toggled = tags.includes(axis.tag) ? tags.filter((tag) => tag !== axis.tag) : [...tags, axis.tag];
    return [{ request: { ...inside, [axis.fact]: toggled } as Facts, fact: axis.fact }];
  }
  const { name } = axis.definition;
  const allowed = (at: number) => space.layout.has(box.bits, number, at);
  const within = [...axis.atoms.keys()].filter(allowed);
  // Beside the allowed ones first, then the others, absence last.
  const distance = (atom: FactAtom, at: number) =>
    atom.kind === "absent" ? 1_000 : within.reduce((least, other) => Math.min(least, Math.abs(other - at)), 999);
  const last = within.at(-1) ?? -1;
  return axis.atoms
    .flatMap((atom, at) => (allowed(at) ? [] : [{ atom, at, distance: distance(atom, at) }]))
    .sort((a, b) => a.distance - b.distance)
    .map(({ atom, at }) => ({ request: withFact(inside, name, valueAtEdge(atom, axis, at < last)), fact: name }));
}

function withFact(facts: Facts, name: string, value: FactValue | undefined): Facts {
  const { [name as keyof Facts]: _, ...others } = facts;
  return (value === undefined ? others : { ...facts, [name]: value }) as Facts;
}

/** Of a stretch of numbers below another, the highest; else the value that stands for it. */
function valueAtEdge(atom: FactAtom, axis: FactAxis, isBelow: boolean): FactValue | undefined {
  const { unit } = axis.definition;
  const isWhole = unit !== undefined && unit !== "ratio";
  if (atom.kind === "number" && isBelow && isWhole && atom.max !== undefined) {
    const highest: NumberAtom = { ...atom, value: atom.max.inclusive ? atom.max.value : Math.ceil(atom.max.value) - 1 };
    if (highest.value >= atom.value) return valueOfAtom(highest, axis);
  }
  return valueOfAtom(atom, axis);
}
