import { END } from "./record-layout.js";
import type { Place } from "./record-places.js";

/** More bytes than are read at once. */
const BEYOND = 1 << 30;

/** A value of a line that was read from its bytes, and what stands between it and the next one. */
export class LineValue {
  /** Bytes of the value. */
  length = 0;
  /** Bytes to the next value; −1 when that did not stand behind it in the line before; behind the last one more than a log has. */
  gap = -1;
  /** What is opened behind it, {@link Link.opened}. */
  opened = 0;
  next: LineValue | undefined = undefined;

  constructor(public place: Place) {
    place.slot.values++;
    if (place.role === END) this.gap = BEYOND;
  }
}
