import { HashedText } from "./stable-hash.js";

const TWO_POW_53 = 9_007_199_254_740_992;
const END_OF_SEED = "\0";

/** Draws among candidates, all from one seed: the same seed draws the same. */
export class Draw {
  private hashed: HashedText | undefined;

  /** @param seed as a text, or as that text hashed so far. */
  constructor(private readonly seed: string | number | HashedText) {}

  /**
   * The key of one candidate in a weighted draw without replacement: −ln(u) / weight, where u in (0, 1] comes from the
   * hash of seed and candidate. Sorted ascending, each candidate comes first with the chance weight / sum of weights,
   * and the rest follow as if drawn from what remains (Efraimidis and Spirakis, 2006).
   *
   * A key depends on nothing but its own candidate, so leaving one out never reorders the others: a session keeps its
   * candidate when another one goes down, and returns when it is back.
   *
   * @param candidate its name, or the units of it.
   * @param weight greater than 0.
   */
  keyOf(candidate: string | Uint16Array, weight: number): number {
    const u = (this.hashOf(candidate) + 1) / TWO_POW_53;
    return -Math.log(u) / weight;
  }

  /** Whether something happens that does in one of `count` seeds. */
  isOneIn(count: number, what: string): boolean {
    return this.hashOf(what) % count === 0;
  }

  private hashOf(text: string | Uint16Array): number {
    const { seed } = this;
    this.hashed ??= (seed instanceof HashedText ? seed : new HashedText().add(`${seed}`)).add(END_OF_SEED);
    return typeof text === "string" ? this.hashed.valueWith(text) : this.hashed.valueWithUnits(text);
  }
}
