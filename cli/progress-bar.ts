/** How often it is drawn again, milliseconds. */
const EVERY_MS = 100;
const WIDTH = 24;

/** A bar on a terminal, nothing elsewhere: `██████░░░░  42 %  1,200,000 decisions  310,000/s`. */
export class ProgressBar {
  #decisions = 0;
  #bytes = 0;
  #drawnAt = 0;
  readonly #start = performance.now();
  readonly #isDrawn: boolean;

  /** @param totalBytes undefined when it is not known how much there is. */
  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly totalBytes: number | undefined,
  ) {
    this.#isDrawn = stream.isTTY === true && process.env["TERM"] !== "dumb";
  }

  add(decisions: number, bytes: number): void {
    this.#decisions += decisions;
    this.#bytes += bytes;
    const now = performance.now();
    if (!this.#isDrawn || now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    const rate = Math.round((1000 * this.#decisions) / Math.max(1, now - this.#start));
    const line = `${this.#bar()}${this.#decisions.toLocaleString("en-US")} decisions  ${rate.toLocaleString("en-US")}/s`;
    // A line that is broken by the terminal could not be drawn over.
    this.stream.write(`\r\u001b[K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#drawnAt > 0) this.stream.write("\r\u001b[K");
  }

  #bar(): string {
    if (this.totalBytes === undefined || this.totalBytes === 0 || this.#bytes === 0) return "";
    const share = Math.min(1, this.#bytes / this.totalBytes);
    const full = Math.round(share * WIDTH);
    return `${"█".repeat(full)}${"░".repeat(WIDTH - full)}  ${Math.floor(share * 100)} %  `;
  }
}
