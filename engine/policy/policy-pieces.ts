import { sharedConditions } from "../compile/shared-conditions.js";
import { usualTuning } from "../compile/tree-tuning.js";
import type { Condition } from "../conditions/condition.js";
import type { SourceFile } from "../source/source-file.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { type PackedRule, RulePacker, RuleUnpacker } from "./packed-rule.js";
import type { PolicySet, Rule } from "./policy-set.js";
import type { PolicyTest } from "./policy-test.js";

/**
 * A part of a compiled policy on its way to another thread, so that a thread that serves requests takes 10,000 rules over in little
 * steps between them. In this order: frame, scopes, routes, rules and same, tests; routes stand anywhere before the first rule with them.
 */
export type PolicyPiece =
  | { readonly kind: "frame"; readonly frame: PolicyFrame }
  /** The next of the long conditions that several of the new rules hold. */
  | { readonly kind: "scope"; readonly condition: Condition }
  /** The next of the different routes, without places, as JSON. */
  | { readonly kind: "route"; readonly text: string }
  /** The next rules: a list of {@link PackedRule} as JSON, which is read faster than objects are copied. */
  | { readonly kind: "rules"; readonly text: string }
  /** Rules that the receiver has from the policy before, by place. */
  | { readonly kind: "same"; readonly first: number; readonly count: number }
  | { readonly kind: "tests"; readonly tests: readonly PolicyTest[] };

interface PolicyFrame extends Pick<CompiledPolicy, "name" | "revision" | "tree"> {
  readonly set: Omit<PolicySet, "rules">;
}

const RULES_A_PIECE = 50;

/**
 * Divides a policy into pieces; its files stay behind.
 * @param before the rules of the policy that the receiver has.
 */
export function* splitPolicy(policy: CompiledPolicy, before: readonly Rule[] = []): Generator<PolicyPiece> {
  const { name, revision, tree, tests } = policy;
  const { rules, ...set } = policy.set;
  yield { kind: "frame", frame: { name, revision, tree, set } };
  const places = new Map(before.map((rule, place) => [rule, place]));
  const runs = [...runsOf(rules, before, places)];
  const fresh = runs.flatMap((run) => ("same" in run ? [] : run.rules));
  const scopes = new Map<Condition, number>();
  for (const condition of sharedConditions(fresh, usualTuning)) {
    scopes.set(condition, scopes.size);
    yield { kind: "scope", condition };
  }
  const packer = new RulePacker(scopes);
  let routesSent = 0;
  for (const run of runs) {
    if ("same" in run) {
      yield run.same;
      continue;
    }
    const text = JSON.stringify(run.rules.map((rule) => packer.pack(rule)));
    for (; routesSent < packer.routeTexts.length; routesSent++) {
      yield { kind: "route", text: packer.routeTexts[routesSent] as string };
    }
    yield { kind: "rules", text };
  }
  for (let at = 0; at < tests.length; at += RULES_A_PIECE) {
    yield { kind: "tests", tests: tests.slice(at, at + RULES_A_PIECE) };
  }
}

/** Rules as they are sent: those that the receiver has, in a row, and no more than fit into a piece of others. */
function* runsOf(
  rules: readonly Rule[],
  before: readonly Rule[],
  places: ReadonlyMap<Rule, number>,
): Generator<{ readonly same: PolicyPiece & { kind: "same" } } | { readonly rules: readonly Rule[] }> {
  for (let at = 0; at < rules.length; ) {
    const first = places.get(rules[at] as Rule);
    let end = at + 1;
    if (first !== undefined) {
      while (end < rules.length && rules[end] === before[first + end - at]) end++;
      yield { same: { kind: "same", first, count: end - at } };
    } else {
      while (end < rules.length && end - at < RULES_A_PIECE && !places.has(rules[end] as Rule)) end++;
      yield { rules: rules.slice(at, end) };
    }
    at = end;
  }
}

/** Puts a policy together again from its pieces. */
export class PolicyJoiner {
  readonly #before: readonly Rule[];
  readonly #rules: Rule[] = [];
  readonly #tests: PolicyTest[] = [];
  readonly #unpacker = new RuleUnpacker();
  #frame: PolicyFrame | undefined;

  /** @param before as for {@link splitPolicy}: the same rules, as this side has them. */
  constructor(before: readonly Rule[] = []) {
    this.#before = before;
  }

  add(piece: PolicyPiece): void {
    switch (piece.kind) {
      case "frame":
        this.#frame = piece.frame;
        return;
      case "scope":
        this.#unpacker.addScope(piece.condition);
        return;
      case "route":
        this.#unpacker.addRoute(piece.text);
        return;
      case "rules":
        for (const rule of JSON.parse(piece.text) as readonly PackedRule[])
          this.#rules.push(this.#unpacker.unpack(rule));
        return;
      case "same":
        for (let at = 0; at < piece.count; at++) this.#rules.push(this.#before[piece.first + at] as Rule);
        return;
      case "tests":
        for (const test of piece.tests) this.#tests.push(test);
    }
  }

  /** @param files those that were compiled. */
  finish(files: readonly SourceFile[]): CompiledPolicy {
    if (this.#frame === undefined) throw new Error("invariant: the first piece of a policy is its frame");
    const { set, ...rest } = this.#frame;
    return { ...rest, set: { ...set, rules: this.#rules }, tests: this.#tests, files };
  }
}
