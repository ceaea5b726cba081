/** Whether the client still waits for its answer. Those who work for it are told when it goes. */
export class ClientPresence {
  #isGone = false;
  #isOutrun = false;
  readonly #callbacks = new Set<() => void>();

  get isGone(): boolean {
    return this.#isGone;
  }

  /** @returns what to call when one need not be told any more. A client that is gone already tells nobody. */
  onGone(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** Another call for the same client was faster: this one need not go on. */
  outrun(): void {
    if (this.#isGone) return;
    this.#isOutrun = true;
    this.leave();
  }

  get isOutrun(): boolean {
    return this.#isOutrun;
  }

  /** The client hung up. */
  leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const callback of this.#callbacks) callback();
    this.#callbacks.clear();
  }
}
