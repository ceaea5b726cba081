import type { FactValue } from "../../engine/index.js";

/** Facts of one request as they are read: of each fact the first source that is there stands. */
export class Observation {
  readonly facts: Record<string, FactValue> = {};
  readonly sources: Record<string, string> = {};
  /** One sentence for each hint that could not be used. */
  readonly warnings: string[] = [];

  observe(name: string, value: FactValue, source: string): void {
    if (this.facts[name] !== undefined) return;
    this.facts[name] = value;
    this.sources[name] = source;
  }

  warnGivenTwice(header: string): void {
    this.warnings.push(`${header}: it is given more than once; it was not used`);
  }
}
