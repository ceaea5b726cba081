const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A stream may begin with one. */
const BYTE_ORDER_MARK = 0xfeff;

/** An event may not be larger, bytes: a stream without blank lines must not fill the memory. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

const NONE: readonly Buffer[] = [];

export class EventTooLarge extends Error {
  override readonly name = "EventTooLarge";
  constructor() {
    super(`a stream event is larger than ${MAX_EVENT_BYTES} bytes`);
  }
}

/**
 * Cuts a stream of bytes into whole server-sent events, each with the blank line that ends it; no byte is changed.
 * Lines may end in LF, CRLF or CR (https://html.spec.whatwg.org/multipage/server-sent-events.html, "Parsing an event stream").
 */
export class SseSplitter {
  /** What has come of the event that is not whole yet. Joined once, when it is: its size may be many pieces. */
  #pieces: Buffer[] = [];
  #size = 0;
  #isAtLineStart = true;
  /** The last byte was a CR, which may be the first half of a CRLF: the next piece tells. */
  #endsInReturn = false;

  /** @returns the events that are now complete. @throws EventTooLarge */
  push(chunk: Buffer): readonly Buffer[] {
    if (this.#endsInReturn || chunk.includes(CARRIAGE_RETURN)) return this.#pushAnyLines(chunk);
    let events: Buffer[] | undefined;
    let eventStart = 0;
    let lineStart = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, lineStart)) {
      if (end === lineStart && this.#isAtLineStart) {
        const isAll = eventStart === 0 && end + 1 === chunk.length; // as most pieces are
        const event = this.#join(isAll ? chunk : chunk.subarray(eventStart, end + 1));
        if (events === undefined) events = [event];
        else events.push(event);
        eventStart = end + 1;
      }
      this.#isAtLineStart = true;
      lineStart = end + 1;
    }
    if (lineStart < chunk.length) this.#isAtLineStart = false;
    if (eventStart < chunk.length) this.#keep(chunk.subarray(eventStart));
    return events ?? NONE;
  }

  /** Lines may end in CR, or in CR and LF. */
  #pushAnyLines(chunk: Buffer): readonly Buffer[] {
    const events: Buffer[] = [];
    let eventStart = 0;
    let at = 0;
    const endLine = (lineEnd: number) => {
      if (this.#isAtLineStart) {
        events.push(this.#join(chunk.subarray(eventStart, lineEnd)));
        eventStart = lineEnd;
      }
      this.#isAtLineStart = true;
      at = lineEnd;
    };
    if (this.#endsInReturn && chunk.length > 0) {
      this.#endsInReturn = false;
      endLine(chunk[0] === LINE_FEED ? 1 : 0);
    }
    while (at < chunk.length) {
      const byte = chunk[at];
      if (byte === LINE_FEED) endLine(at + 1);
      else if (byte !== CARRIAGE_RETURN) {
        this.#isAtLineStart = false;
        at++;
      } else if (at + 1 === chunk.length) {
        this.#endsInReturn = true;
        break;
      } else endLine(at + (chunk[at + 1] === LINE_FEED ? 2 : 1));
    }
    this.#keep(chunk.subarray(eventStart));
    return events;
  }

  /** What came after the last whole event. */
  get tail(): Buffer {
    return Buffer.concat(this.#pieces, this.#size);
  }

  #join(end: Buffer): Buffer {
    if (this.#size === 0) return end;
    const event = Buffer.concat([...this.#pieces, end]);
    this.#pieces = [];
    this.#size = 0;
    return event;
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#pieces.push(rest);
    this.#size += rest.length;
    if (this.#size > MAX_EVENT_BYTES) throw new EventTooLarge();
  }
}

/** The data of an event: its `data:` lines joined; undefined when it has none (a comment, an id). */
export function dataOf(event: Buffer): string | undefined {
  const lines: string[] = [];
  const text = event.toString("utf8");
  for (const line of (text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text).split(/\r\n|\n|\r/)) {
    if (line.startsWith("data:")) lines.push(line.startsWith("data: ") ? line.slice(6) : line.slice(5));
    else if (line === "data") lines.push("");
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}
