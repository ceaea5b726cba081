import {
  ALL_TAGS,
  ALL_TAGS_OR_ABSENT,
  ANY_TAG,
  ANY_TAG_OR_ABSENT,
  FAILS,
  HOLDS,
  INSTRUCTION_WORDS,
  IS_NOT_FALSE,
  IS_TRUE,
  ONE_OF,
  ONE_OF_OR_ABSENT,
  SHARED,
  WITHIN,
  WITHIN_OR_ABSENT,
} from "./decision-tree.js";
import type { Formula, Junction, Literal } from "./formula.js";
import type { WordBuffer } from "./word-buffer.js";

/** A program that has no place yet. */
export interface Program {
  /** As in the code, but jumps count from the first of these words, and lists and shared programs are named by number. */
  readonly words: readonly number[];
  /** Where it begins; HOLDS or FAILS when there is nothing to ask. */
  readonly start: number;
  readonly lists: readonly ProgramList[];
}

/** Cells or tags; equal lists have equal keys. */
interface ProgramList {
  readonly key: string;
  readonly values: readonly number[];
}

/** Makes the program of a formula: one instruction a literal. */
export function assembleProgram(formula: Formula): Program {
  if (typeof formula === "boolean") return { words: [], start: formula ? HOLDS : FAILS, lists: [] };
  const lists: ProgramList[] = [];
  const words: number[] = [];
  /** Parts are written from the last to the first, so that every jump's target is known. */
  const write = (part: Literal | Junction, whenHolds: number, whenNot: number): number => {
    if (part.kind === "literal") {
      const { operation, fact, values, holds } = part;
      const isList = isOfList(operation);
      const x = isList ? lists.push({ key: values.join(" "), values }) - 1 : part.x;
      const y = isList ? values.length : part.y;
      const length = words.push(operation, fact, x, y, holds ? whenHolds : whenNot, holds ? whenNot : whenHolds);
      return length - INSTRUCTION_WORDS;
    }
    let next = part.kind === "and" ? whenHolds : whenNot;
    for (const child of [...part.parts].sort((one, other) => effort(other) - effort(one))) {
      next = part.kind === "and" ? write(child, next, whenNot) : write(child, whenHolds, next);
    }
    return next;
  };
  const start = write(formula, HOLDS, FAILS);
  return { words: words.slice(), start, lists }; // A copy has no room to grow: there are many, and they are kept.
}

/** Writes programs, and each list of cells or tags once. */
export class ProgramEmitter {
  private readonly listPlaces = new Map<string, number>();
  /** Starts of the shared programs, by number. */
  private readonly sharedPrograms: number[] = [];

  constructor(private readonly code: WordBuffer) {}

  /** Writes a program behind the lists that are not there yet, and gives its start. */
  emit({ words, start, lists }: Program): number {
    if (words.length === 0) return start;
    const { code, sharedPrograms } = this;
    const places = lists.map(({ key, values }) => this.listPlace(key, values));
    const base = code.reserve(words.length);
    for (let at = 0; at < words.length; at += INSTRUCTION_WORDS) {
      const operation = words[at] as number;
      const x = words[at + 2] as number;
      const y = words[at + 3] as number;
      const whenHolds = words[at + 4] as number;
      const whenNot = words[at + 5] as number;
      code.set(base + at, operation);
      code.set(base + at + 1, words[at + 1] as number);
      code.set(base + at + 2, isOfList(operation) ? (places[x] as number) : x);
      code.set(base + at + 3, operation === SHARED ? (sharedPrograms[x] as number) : y);
      code.set(base + at + 4, whenHolds < 0 ? whenHolds : base + whenHolds);
      code.set(base + at + 5, whenNot < 0 ? whenNot : base + whenNot);
    }
    return base + start;
  }

  /** Writes the next shared program, before the first that refers to it. */
  emitShared(program: Program): void {
    this.sharedPrograms.push(this.emit(program));
  }

  private listPlace(key: string, values: readonly number[]): number {
    let place = this.listPlaces.get(key);
    if (place === undefined) {
      place = this.code.pushAll(values);
      this.listPlaces.set(key, place);
    }
    return place;
  }
}

function isOfList(operation: number): boolean {
  return operation >= ONE_OF && operation <= ALL_TAGS_OR_ABSENT;
}

/** How late a part is asked: what rarely holds first, what costs much last. */
function effort(part: Literal | Junction): number {
  if (part.kind !== "literal") {
    return 10 + part.parts.reduce((most, child) => Math.max(most, effort(child)), 0);
  }
  switch (part.operation) {
    case WITHIN:
    case WITHIN_OR_ABSENT:
      return !part.holds ? 6 : part.y <= 0 ? 1 : 4;
    case ONE_OF:
    case ONE_OF_OR_ABSENT:
      return part.holds ? 2 : 6;
    case ANY_TAG:
    case ANY_TAG_OR_ABSENT:
      return part.holds ? 3 : 7;
    case ALL_TAGS:
    case ALL_TAGS_OR_ABSENT:
      return part.holds ? 2 : 7;
    case SHARED:
      return 8;
    case IS_TRUE:
    case IS_NOT_FALSE:
      return 1_000;
  }
}
