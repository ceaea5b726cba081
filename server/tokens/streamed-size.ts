/** What has come of a streamed answer: its tokens are estimated by it where the provider does not count them. */
export class StreamedSize {
  #events = 0;
  #bytes = 0;
  #shortest = Number.POSITIVE_INFINITY;

  /** @param bytes of one event. */
  add(bytes: number): void {
    this.#events += 1;
    this.#bytes += bytes;
    if (bytes < this.#shortest) this.#shortest = bytes;
  }

  /** At least one token an event, and one for each four bytes by which events are longer than the shortest. */
  get tokens(): number {
    if (this.#events === 0) return 0;
    return this.#events + Math.floor((this.#bytes - this.#events * this.#shortest) / 4);
  }
}
