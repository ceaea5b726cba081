/** Something that happens now and then, and that others wait for. */
export class Announcement {
  readonly #listeners = new Set<() => void>();

  /** @returns what to call to listen no more. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
