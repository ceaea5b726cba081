/** Whether the client still waits for its answer. Those who work for it are told when it goes. */
export class ClientPresence {
  #isGone = false;
  readonly #callbacks = new Set<() => void>();

  get isGone(): boolean {
    return this.#isGone;
  }

  /** @returns what to call when one need not be told any more. A client that is gone already tells nobody. */
  onGone(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** The client hung up. */
  leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const callback of this.#callbacks) callback();
    this.#callbacks.clear();
  }
}
