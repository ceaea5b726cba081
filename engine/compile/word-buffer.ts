/** A growing Int32Array. */
export class WordBuffer {
  length = 0;
  private words = new Int32Array(1024);

  /** Adds words at the end and gives the place of the first. */
  push(...words: readonly number[]): number {
    return this.pushAll(words);
  }

  /** The same for a list of any length: as arguments, more than about 100,000 do not fit on the stack. */
  pushAll(words: readonly number[]): number {
    const place = this.reserve(words.length);
    for (let index = 0; index < words.length; index++) this.words[place + index] = words[index] as number;
    return place;
  }

  /** Adds zeros at the end and gives the place of the first. */
  reserve(count: number, value = 0): number {
    const place = this.length;
    this.length += count;
    if (this.length > this.words.length) {
      const larger = new Int32Array(Math.max(this.length, this.words.length * 2));
      larger.set(this.words.subarray(0, place));
      this.words = larger;
    }
    if (value !== 0) this.words.fill(value, place, this.length);
    return place;
  }

  get(place: number): number {
    return this.words[place] as number;
  }

  set(place: number, value: number): void {
    this.words[place] = value;
  }

  /** A copy that is exactly as long as what was added. */
  toArray(): Int32Array {
    return this.words.slice(0, this.length);
  }
}
