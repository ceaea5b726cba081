import { beginsNumber, LINE_END, unusual } from "./line-cursor.js";
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
  override open(bytes: Uint8Array<ArrayBuffer>): void {
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
    const { view, record } = this;
    const size = this.bytes.length;
    let value = this.values;
    // Where the value behind it stands in the line before.
    let before = this.lineBefore + value.gap;
    let seen = 0;
    let twice = 0;
    this.at = start;
    for (;;) {
      const from = before - value.gap;
      const shift = this.at - from;
      const same = value.gap === -1 ? from : sameUpTo(view, size, from, shift);
      let length: number;
      if (value.gap !== -1 && (before <= same || this.isSame(from, same, before, shift))) {
        // Both lines are the same up to the next value, and perhaps further.
        if ((value.opened & AFTER_DEFAULT) !== 0) record.kinds[value.place.of] = ABSENT;
        twice |= seen & value.opened;
        seen |= value.opened;
        value = value.next as LineValue;
        while (value.gap !== -1) {
          const end = before + value.length + value.gap;
          if (end > same && !this.isSame(before, same, end, shift)) break;
          before = end;
          twice |= seen & value.opened;
          seen |= value.opened;
          value = value.next as LineValue;
        }
        this.at = before + shift;
        if (!fits(value.place, this.bytes[this.at] as number)) return false;
        length = value.length;
      } else {
        const link = this.linkAt(value.place);
        if (link === undefined) return false;
        const { next: place, opened } = link;
        if ((opened & AFTER_DEFAULT) !== 0) record.kinds[value.place.of] = ABSENT;
        if (link.revision !== undefined) record.revision = link.revision;
        twice |= seen & opened;
        seen |= opened;
        this.at += link.text.length;
        value.gap = link.text.length;
        value.opened = opened;
        const like = place.slot.values === 0 ? undefined : findBehind(value, place);
        if (like === undefined) {
          if (place.slot.values > 0 && place.role > END) return false;
          const inserted = new LineValue(place);
          inserted.next = value.next;
          value.next = inserted;
          value = inserted;
          length = -1;
        } else {
          for (let passed = value.next as LineValue; passed !== like; passed = passed.next as LineValue) {
            before += passed.length + passed.gap;
            this.removeValue(passed.place);
          }
          like.place = place;
          value.next = like;
          value = like;
          length = value.length;
        }
      }
      if (value.place.role === END) {
        return (twice & ~AFTER_DEFAULT) === 0 && (seen & ALL_NEEDED) === ALL_NEEDED && this.isAtEnd(start);
      }
      const valueStart = this.at;
      this.readValue(value.place);
      value.length = this.at - valueStart;
      if (length !== -1) before += length + value.gap;
    }
  }

  /**
   * Whether two lines that are the same from `from` to `same`, where they may differ, are so up to `end`.
   * @param shift how far the line is behind the one before.
   */
  private isSame(from: number, same: number, end: number, shift: number): boolean {
    const { view, bytes } = this;
    if (end - same > 8) return false;
    if (end - from >= 8 && end + shift <= bytes.length) {
      return view.getFloat64(end - 8, true) === view.getFloat64(end - 8 + shift, true);
    }
    for (let at = same; at < end; at++) if (bytes[at] !== bytes[at + shift]) return false;
    return true;
  }

  private linkAt({ links }: Place): Link | undefined {
    for (let turn = 0; turn < links.length; turn++) {
      const link = links[turn] as Link;
      if (!this.isAtLink(link)) continue;
      if (turn > 0) moveForward(links, turn);
      return link;
    }
    return undefined;
  }

  private isAtLink({ text, next }: Link): boolean {
    return this.table.texts.isAt(text, this.at) && fits(next, this.bytes[this.at + text.length] as number);
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
function fits({ isNumber }: Place, byte: number): boolean {
  return isNumber === undefined || beginsNumber(byte) === isNumber;
}

/**
 * How far, in words of eight bytes, two places of a log are the same.
 * @param length bytes of the log.
 * @param from the first of them; the other is `shift` bytes behind it.
 */
function sameUpTo(view: DataView, length: number, from: number, shift: number): number {
  const last = length - 16 - shift;
  let same = from;
  for (; same <= last; same += 16) {
    if (view.getFloat64(same, true) !== view.getFloat64(same + shift, true)) return same;
    if (view.getFloat64(same + 8, true) !== view.getFloat64(same + 8 + shift, true)) return same + 8;
  }
  return same;
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
