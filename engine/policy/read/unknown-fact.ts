import type { Span } from "../../diagnostics/diagnostic.js";
import { didYouMean, listNames, nearestNames } from "../../diagnostics/suggest.js";
import { shorten } from "../../source/located.js";
import type { ConditionReading } from "./reading.js";

const PREFIX = "attributes.";

/**
 * Reports a name that is no fact, unless it may be one whose declaration could not be read.
 * @param words what else may stand there.
 */
export function reportUnknownFact(
  reading: ConditionReading,
  name: string,
  span: Span,
  words: readonly string[] = [],
): void {
  if (reading.mayBeFact(name)) return;
  reading.report.error("RW1201", span, `\`${shorten(name)}\` is not a fact`, () => factHelp(reading, name, words));
}

/** What to do about a name that is no fact. Near names of attributes are compared without the prefix they share. */
export function factHelp({ facts }: ConditionReading, name: string, words: readonly string[] = []): string {
  const declared = [...facts.keys()].filter((each) => each.startsWith(PREFIX)).map((each) => each.slice(PREFIX.length));
  if (name.startsWith(PREFIX)) {
    const own = name.slice(PREFIX.length);
    const [near] = nearestNames(own, declared);
    if (near !== undefined) return `did you mean \`${PREFIX}${near}\`?`;
    return own === ""
      ? "write its name: `attributes.NAME`"
      : `declare \`${shorten(own)}\` under \`attributes:\` in policy.yaml`;
  }
  if (name === "attributes") return "name the attribute behind a dot: `attributes.NAME: …`";
  const builtIn = [...facts.keys()].filter((each) => !each.startsWith(PREFIX));
  // A hint is a header; conditions read the fact that it gives.
  const hinted = /^x-route-(.+)$/i.exec(name)?.[1]?.toLowerCase().replaceAll("-", "_");
  const near = nearestNames(name, declared).map((each) => `${PREFIX}${each}`);
  const help =
    didYouMean(hinted ?? name, [...builtIn, ...words]) ??
    (near.length === 0 ? undefined : `did you mean ${listNames(near)}?`);
  return help ?? `a fact of your own is declared under \`attributes:\` in policy.yaml, and written \`${PREFIX}NAME\``;
}
