/** How often it is drawn again, milliseconds. */
const EVERY_MS = 100;
const WIDTH = 24;

/** Whether what is written can be taken away again. */
export function canDraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

/** A bar on a terminal, nothing elsewhere: `██████░░░░  42 %  1,200,000 decisions  310,000/s`. */
export class ProgressBar {
  #count = 0;
  #part = 0;
  #drawnAt = 0;
  readonly #start = performance.now();
  readonly #isDrawn: boolean;

  /**
   * @param total how much there is in all, bytes or whatever else {@link add} adds up; undefined when that is not known.
   * @param what is counted.
   */
  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly total: number | undefined,
    private readonly what = "decisions",
  ) {
    this.#isDrawn = canDraw(stream);
  }

  add(count: number, part: number): void {
    this.#count += count;
    this.#part += part;
    const now = performance.now();
    if (!this.#isDrawn || now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    const rate = Math.round((1000 * this.#count) / Math.max(1, now - this.#start));
    const line = `${this.#bar()}${this.#count.toLocaleString("en-US")} ${this.what}  ${rate.toLocaleString("en-US")}/s`;
    // A line that is broken by the terminal could not be drawn over.
    this.stream.write(`\r\u001b[K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#drawnAt > 0) this.stream.write("\r\u001b[K");
  }

  #bar(): string {
    if (this.total === undefined || this.total === 0 || this.#part === 0) return "";
    const share = Math.min(1, this.#part / this.total);
    const full = Math.round(share * WIDTH);
    return `${"█".repeat(full)}${"░".repeat(WIDTH - full)}  ${Math.floor(share * 100)} %  `;
  }
}
