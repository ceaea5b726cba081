import {
  ALL_TAGS,
  ALL_TAGS_OR_ABSENT,
  ANY_TAG,
  ANY_TAG_OR_ABSENT,
  FAILS,
  HOLDS,
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

/** Writes programs, and each list of cells or tags once. */
export class ProgramEmitter {
  private readonly lists = new Map<string, number>();
  /** Starts of the shared programs, by number. */
  private readonly sharedPrograms: number[] = [];

  constructor(private readonly code: WordBuffer) {}

  /** Writes a program and gives its start; HOLDS or FAILS when there is nothing to ask. One instruction a literal. */
  emit(formula: Formula): number {
    if (typeof formula === "boolean") return formula ? HOLDS : FAILS;
    this.placeLists(formula);
    return this.emitPart(formula, HOLDS, FAILS);
  }

  /** Writes the next shared formula, before the first that refers to it. */
  emitShared(formula: Literal | Junction): void {
    this.sharedPrograms.push(this.emit(formula));
  }

  /** Parts are written from the last to the first, so that every jump's target is known. */
  private emitPart(part: Literal | Junction, whenHolds: number, whenNot: number): number {
    if (part.kind === "literal") {
      const { operation, fact, values, holds } = part;
      const x = values.length === 0 ? part.x : this.listPlace(values);
      const y =
        operation === SHARED ? (this.sharedPrograms[part.x] as number) : values.length === 0 ? part.y : values.length;
      return this.code.push(operation, fact, x, y, holds ? whenHolds : whenNot, holds ? whenNot : whenHolds);
    }
    let next = part.kind === "and" ? whenHolds : whenNot;
    for (const child of [...part.parts].sort((one, other) => effort(other) - effort(one))) {
      next = part.kind === "and" ? this.emitPart(child, next, whenNot) : this.emitPart(child, whenHolds, next);
    }
    return next;
  }

  /** Before the program, whose instructions then stand together. */
  private placeLists(part: Literal | Junction): void {
    if (part.kind !== "literal") for (const child of part.parts) this.placeLists(child);
    else if (part.values.length > 0) this.listPlace(part.values);
  }

  private listPlace(values: readonly number[]): number {
    const key = values.join(" ");
    let place = this.lists.get(key);
    if (place === undefined) {
      place = this.code.pushAll(values);
      this.lists.set(key, place);
    }
    return place;
  }
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
