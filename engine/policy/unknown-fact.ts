import type { Span } from "../diagnostics/diagnostic.js";
import { didYouMean, listNames, nearestNames } from "../diagnostics/suggest.js";
import { shorten } from "../source/located.js";
import type { ConditionReading } from "./reading.js";

const PREFIX = "attributes.";

/** Reports a name that is no fact, unless it may be one whose declaration could not be read. */
export function reportUnknownFact(reading: ConditionReading, name: string, span: Span): void {
  if (reading.mayBeFact(name)) return;
  reading.report.error("RW1201", span, `\`${shorten(name)}\` is not a fact`, () => factHelp(reading, name));
}

/** What to do about a name that is no fact. Near names of attributes are compared without the prefix they share. */
export function factHelp({ facts }: ConditionReading, name: string): string {
  const declared = [...facts.keys()].filter((each) => each.startsWith(PREFIX)).map((each) => each.slice(PREFIX.length));
  if (name.startsWith(PREFIX)) {
    const own = name.slice(PREFIX.length);
    const [near] = nearestNames(own, declared);
    if (near !== undefined) return `did you mean \`${PREFIX}${near}\`?`;
    return own === ""
      ? "write its name: `attributes.NAME`"
      : `declare \`${shorten(own)}\` under \`attributes:\` in policy.yaml`;
  }
  const builtIn = [...facts.keys()].filter((each) => !each.startsWith(PREFIX));
  const near = nearestNames(name, declared).map((each) => `${PREFIX}${each}`);
  const help = didYouMean(name, builtIn) ?? (near.length === 0 ? undefined : `did you mean ${listNames(near)}?`);
  return help ?? `a fact of your own is declared under \`attributes:\` in policy.yaml, and written \`${PREFIX}NAME\``;
}
