export interface EditPausesOptions {
  /** The edit is over: nothing happened for `settleMs`, or something went on happening for `longestMs`. */
  readonly onSettled: () => void;
  /** The first pause of {@link STIR_MS} in an edit; `onSettled` will follow. */
  readonly onStir: () => void;
  /** Milliseconds. */
  readonly settleMs: number;
  /** Milliseconds. */
  readonly longestMs: number;
}

/** Milliseconds without an event after which most edits are over: one file, or all that a checkout writes. */
const STIR_MS = 10;

/** Finds the pauses in the events of an edit, and with them its end. */
export class EditPauses {
  readonly #options: EditPausesOptions;
  #quiet: NodeJS.Timeout | undefined;
  #longest: NodeJS.Timeout | undefined;
  #stir: NodeJS.Timeout | undefined;
  /** Whether this edit has had its first pause. */
  #hasStirred = false;
  #isStopped = false;

  constructor(options: EditPausesOptions) {
    this.#options = options;
  }

  /** Whether an edit has begun and is not over. */
  get isEditing(): boolean {
    return this.#quiet !== undefined;
  }

  event(): void {
    if (this.#isStopped) return;
    const { settleMs, longestMs } = this.#options;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#settled(), settleMs);
    this.#longest ??= setTimeout(() => this.#settled(), longestMs);
    clearTimeout(this.#stir);
    if (!this.#hasStirred) this.#stir = setTimeout(() => this.#stirred(), STIR_MS);
  }

  /** Nothing is called any more. */
  stop(): void {
    this.#isStopped = true;
    this.#endEdit();
  }

  #stirred(): void {
    this.#hasStirred = true;
    this.#options.onStir();
  }

  #settled(): void {
    this.#endEdit();
    this.#options.onSettled();
  }

  #endEdit(): void {
    for (const timer of [this.#quiet, this.#longest, this.#stir]) clearTimeout(timer);
    this.#quiet = undefined;
    this.#longest = undefined;
    this.#hasStirred = false;
  }
}
