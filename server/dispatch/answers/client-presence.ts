/** Whether the client still waits for its answer. Those who work for it are told when it goes. */
export class ClientPresence {
  #isGone = false;
  #isOutrun = false;
  /** Undefined: nobody has asked to be told. */
  #callbacks: (() => void)[] | undefined;

  get isGone(): boolean {
    return this.#isGone;
  }

  /** @returns what to call when one need not be told any more. A client that is gone already tells nobody. */
  onGone(callback: () => void): () => void {
    if (this.#callbacks === undefined) this.#callbacks = [callback];
    else this.#callbacks.push(callback);
    return () => this.#forget(callback);
  }

  #forget(callback: () => void): void {
    const at = this.#callbacks?.indexOf(callback) ?? -1;
    if (at >= 0) this.#callbacks?.splice(at, 1);
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
    // One by one: a callback may take others back.
    for (let next = this.#callbacks?.shift(); next !== undefined; next = this.#callbacks?.shift()) next();
  }
}
