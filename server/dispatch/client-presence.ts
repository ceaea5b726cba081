/** Whether the client still waits for its answer. Whoever works for it at the moment is told when it goes. */
export class ClientPresence {
  #isGone = false;
  #onGone: (() => void) | undefined;

  get isGone(): boolean {
    return this.#isGone;
  }

  /** @param callback takes the place of the one before; undefined: nobody needs to be told. */
  onGone(callback: (() => void) | undefined): void {
    this.#onGone = callback;
  }

  /** The client hung up. */
  leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#onGone?.();
  }
}
