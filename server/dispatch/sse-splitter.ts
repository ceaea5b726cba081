const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** An event may not be larger, bytes: a stream without blank lines must not fill the memory. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

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
  #tail: Buffer = Buffer.alloc(0);
  // Where reading goes on in the tail: a large event that comes in many pieces is looked at once.
  #lineStart = 0;
  #readTo = 0;

  /** @returns the events that are now complete. @throws EventTooLarge */
  push(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const events: Buffer[] = [];
    let eventStart = 0;
    let lineStart = this.#lineStart;
    let at = this.#readTo;
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
        at++;
        continue;
      }
      // A CR at the very end may be the first half of a CRLF: the next chunk tells.
      if (byte === CARRIAGE_RETURN && at + 1 === bytes.length) break;
      const lineEnd = at + (byte === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED ? 2 : 1);
      if (at === lineStart) {
        events.push(bytes.subarray(eventStart, lineEnd));
        eventStart = lineEnd;
      }
      lineStart = lineEnd;
      at = lineEnd;
    }
    this.#tail = bytes.subarray(eventStart);
    this.#lineStart = lineStart - eventStart;
    this.#readTo = at - eventStart;
    if (this.#tail.length > MAX_EVENT_BYTES) throw new EventTooLarge();
    return events;
  }

  /** What came after the last whole event; an event that the end of the stream cuts is not passed on. */
  get tail(): Buffer {
    return this.#tail;
  }
}

/** The data of an event: its `data:` lines joined; undefined when it has none (a comment, an id). */
export function dataOf(event: Buffer): string | undefined {
  const lines: string[] = [];
  for (const line of event.toString("utf8").split(/\r\n|\n|\r/)) {
    if (line.startsWith("data:")) lines.push(line.startsWith("data: ") ? line.slice(6) : line.slice(5));
    else if (line === "data") lines.push("");
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}
