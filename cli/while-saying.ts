import { type CompiledPolicy, writeCounted } from "../engine/serving.js";
import { canDraw } from "./progress-bar.js";

/** Fewer rules are analysed before a person begins to wonder. */
const MANY_RULES = 1_000;

/**
 * Works on a policy. Where that takes seconds, a terminal says meanwhile on `stream` what is done: `checking 3,000 rules …`. The line is taken
 * away afterwards.
 */
export function whileSaying<Value>(
  what: string,
  { set }: Pick<CompiledPolicy, "set">,
  work: () => Value,
  stream: NodeJS.WriteStream = process.stderr,
): Value {
  if (set.rules.length < MANY_RULES || !canDraw(stream)) return work();
  stream.write(`${what} ${writeCounted(set.rules.length, "rule")} …`);
  try {
    return work();
  } finally {
    stream.write("\r\u001b[K");
  }
}
