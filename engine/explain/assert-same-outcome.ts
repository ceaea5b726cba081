import type { Outcome } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";

/** INVARIANT: however the rules are read, the outcome is that of reading them in order. */
export function assertSameOutcome(policy: CompiledPolicy, inOrder: Outcome, reader: string, other: Outcome): void {
  if (isSame(inOrder, other)) return;
  throw new Error(
    `invariant: the ${reader} of ${policy.name}@${policy.revision} decides otherwise than its rules read in order; ` +
      `in order: ${summarize(inOrder)}; ${reader}: ${summarize(other)}`,
  );
}

function isSame(one: Outcome, other: Outcome): boolean {
  return (
    one.denied?.rule.id === other.denied?.rule.id &&
    one.route.rule === other.route.rule &&
    one.route.ruleNumber === other.route.ruleNumber &&
    one.requirements.length === other.requirements.length &&
    one.requirements.every(({ id }, at) => id === other.requirements[at]?.id)
  );
}

function summarize({ denied, requirements, route }: Outcome): string {
  const required = requirements.map((rule) => rule.id).join(", ");
  return `denied by ${denied?.rule.id ?? "nobody"}, requirements [${required}], route ${route.rule} (${route.ruleNumber})`;
}
