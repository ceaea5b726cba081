import { LINE_END, lowestByte, unusual } from "./line-cursor.js";
import { LineValue } from "./line-value.js";
import type { Decode } from "./log-lines.js";
import { ALL_NEEDED, END, RecordLayout } from "./record-layout.js";
import { AFTER_DEFAULT, type Link, type Place, RecordPlaces } from "./record-places.js";
import { ABSENT } from "./record-values.js";
import { ValueReader } from "./value-reader.js";

/**
 * Reads what replay needs of a record straight from its bytes, many times as fast as parsing it. What stands between its
 * values (names, sources, all of its form) was mostly met in records before and is compared with those, eight bytes at a time; a
 * line with something new between two values is looked at closely first ({@link RecordLayout}). So what is read here is
 * a record to its last byte. Reads what the server and `--export` write; of any other line it says that it has not read it.
 *
 * Most of a record is as in the one before it. From each value on both are compared, and what is the same is not read again:
 * {@link record} goes on holding it.
 */
export class RecordReader extends ValueReader {
  private readonly places: RecordPlaces;
  /** The values of the line before, behind an empty one, when it was read from this piece; and where that line stands. */
  private readonly values: LineValue;
  private lineBefore = 0;

  constructor(decode: Decode) {
    super(decode);
    this.places = new RecordPlaces(this.record, this.table);
    this.values = new LineValue(this.places.start);
  }

  /** Takes up another piece of the log. */
  override open(bytes: Uint8Array): void {
    super.open(bytes);
    this.startAnew();
  }

  /**
   * Reads the line that begins at `start`.
   * @returns where it ends; −1 when it must be read the plain way.
   */
  read(start: number): number {
    try {
      if (this.walk(start)) return this.at;
      const isAnew = this.values.next === undefined;
      this.startAnew();
      if (!isAnew && this.walk(start)) return this.at;
      this.startAnew();
      const gaps = new RecordLayout(this.decode).read(this.bytes, start);
      if (!this.places.learn(gaps, start)) this.forgetAll();
      if (this.walk(start)) return this.at;
    } catch (error) {
      if (error !== unusual && !(error instanceof SyntaxError)) throw error;
    }
    this.startAnew();
    return -1;
  }

  protected override forgetAll(): never {
    this.places.clear();
    super.forgetAll();
  }

  private startAnew(): void {
    for (let { next } = this.values; next !== undefined; next = next.next) next.place.slot.values = 0;
    this.values.next = undefined;
    this.values.gap = -1;
    this.clearRecord();
  }

  /**
   * Reads a line as far as all that stands between its values is known. {@link values} turns from the values of the line before
   * into those of this one.
   * @returns whether it is read to its end.
   */
  private walk(start: number): boolean {
    const { view, bytes, record } = this;
    let value = this.values;
    // Where the value behind it stands in the line before.
    let before = this.lineBefore + value.gap;
    let seen = 0;
    let twice = 0;
    let at = start;
    for (;;) {
      const { gap } = value;
      let isReached = false;
      if (gap !== -1) {
        const from = before - gap;
        const shift = at - from;
        const same = firstDifference(view, bytes, from, shift, start);
        if (before <= same) {
          // Both lines are the same up to the next value, and perhaps further.
          if ((value.opened & AFTER_DEFAULT) !== 0) record.kinds[value.place.of] = ABSENT;
          let begin: number;
          do {
            twice |= seen & value.opened;
            seen |= value.opened;
            value = value.next as LineValue;
            begin = before;
            before += value.length + value.gap;
          } while (before <= same);
          const { place, length } = value;
          at = begin + shift;
          isReached = begin + length >= same || place.role === END || (value.opened & AFTER_DEFAULT) !== 0;
          if (!isReached)
            at += length; // The value is as before, what stands behind it is not.
          else if (!fits(place, bytes[at] as number)) return false;
        }
      }
      if (!isReached) {
        const link = this.linkAt(value.place, at);
        if (link === undefined) return false;
        const { next: place, opened } = link;
        if ((opened & AFTER_DEFAULT) !== 0) record.kinds[value.place.of] = ABSENT;
        if (link.revision !== undefined) record.revision = link.revision;
        twice |= seen & opened;
        seen |= opened;
        at += link.text.length;
        value.gap = link.text.length;
        value.opened = opened;
        const like = place.slot.values === 0 ? undefined : findBehind(value, place);
        if (like === undefined) {
          if (place.slot.values > 0 && place.role > END) return false;
          const inserted = new LineValue(place);
          inserted.next = value.next;
          value.next = inserted;
          value = inserted;
        } else {
          for (let passed = value.next as LineValue; passed !== like; passed = passed.next as LineValue) {
            before += passed.length + passed.gap;
            this.removeValue(passed.place);
          }
          like.place = place;
          value.next = like;
          value = like;
          before += like.length + like.gap;
        }
      }
      const { place } = value;
      if (place.role === END) break;
      const end = this.readValue(place, at);
      value.length = end - at;
      at = end;
    }
    this.at = at;
    return (twice & ~AFTER_DEFAULT) === 0 && (seen & ALL_NEEDED) === ALL_NEEDED && this.isAtEnd(start);
  }

  private linkAt({ links }: Place, at: number): Link | undefined {
    const { bytes } = this;
    const { texts } = this.table;
    for (let turn = 0; turn < links.length; turn++) {
      const link = links[turn] as Link;
      const { text, next } = link;
      if (!texts.isAt(text, at) || !fits(next, bytes[at + text.length] as number)) continue;
      if (turn > 0) moveForward(links, turn);
      return link;
    }
    return undefined;
  }

  /** At the end of what was read of the line that began at `start`: whether the line ends too. */
  private isAtEnd(start: number): boolean {
    if (this.at !== this.bytes.length && this.bytes[this.at] !== LINE_END) return false;
    this.numberFixedWorld();
    this.lineBefore = start;
    return true;
  }
}

/** Whether a value that begins with `byte` can stand at a place. What stands before a number may stand before another value, too. */
function fits({ first }: Place, byte: number): boolean {
  return ((byte - first.least) & 255) <= first.more;
}

/**
 * Where a line begins to differ from the one before it.
 * @param from a place in the line before; what is compared with it is `shift` bytes behind.
 * @param limit the end of the line before.
 * @returns a place in the line before: all up to it is the same.
 */
function firstDifference(view: DataView, bytes: Uint8Array, from: number, shift: number, limit: number): number {
  const end = (bytes.length - shift) | 0;
  const last = (limit < end - 32 ? limit : end - 32) | 0;
  let at = from | 0;
  // Four words a turn: what a turn itself costs is as much as one.
  for (; at <= last; at = (at + 32) | 0) {
    const other = (at + shift) | 0;
    if (view.getFloat64(at, true) !== view.getFloat64(other, true)) return at + sameBytes(view, at, shift);
    if (view.getFloat64((at + 8) | 0, true) !== view.getFloat64((other + 8) | 0, true))
      return at + 8 + sameBytes(view, at + 8, shift);
    if (view.getFloat64((at + 16) | 0, true) !== view.getFloat64((other + 16) | 0, true))
      return at + 16 + sameBytes(view, at + 16, shift);
    if (view.getFloat64((at + 24) | 0, true) !== view.getFloat64((other + 24) | 0, true))
      return at + 24 + sameBytes(view, at + 24, shift);
  }
  if (at > limit) return at;
  while (at < end && bytes[at] === bytes[at + shift]) at++;
  return at;
}

/** How many of eight bytes are the same in two places. */
function sameBytes(view: DataView, at: number, shift: number): number {
  const first = lowestByte(view.getInt32(at, true) ^ view.getInt32(at + shift, true));
  const second = lowestByte(view.getInt32(at + 4, true) ^ view.getInt32(at + 4 + shift, true));
  // Without a branch, which could not be predicted: −1 when the first four are the same.
  return first + ((first >> 31) & (5 + second));
}

/** The value behind another one, in the same slot as a place. */
function findBehind(value: LineValue, { slot }: Place): LineValue | undefined {
  let { next } = value;
  while (next !== undefined && next.place.slot !== slot) next = next.next;
  return next;
}

/** What was met lately is looked for first. */
function moveForward<Item>(items: Item[], at: number): void {
  const item = items[at] as Item;
  items[at] = items[at - 1] as Item;
  items[at - 1] = item;
}
