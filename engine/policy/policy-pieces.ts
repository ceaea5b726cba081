import { sharedConditions } from "../compile/shared-conditions.js";
import { usualTuning } from "../compile/tree-tuning.js";
import type { Condition } from "../conditions/condition.js";
import type { SourceFile } from "../source/source-file.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import type { PolicySet, Rule } from "./policy-set.js";
import type { PolicyTest } from "./policy-test.js";

/**
 * A part of a compiled policy on its way to another thread. Each takes about a millisecond to copy, while the whole of 10,000
 * rules would keep a thread that serves requests from them for 150 ms. In this order: frame, scopes, rules and same, tests.
 */
export type PolicyPiece =
  | { readonly kind: "frame"; readonly frame: PolicyFrame }
  /** The next of the long conditions that several rules hold. */
  | { readonly kind: "scope"; readonly condition: Condition }
  | { readonly kind: "rules"; readonly rules: readonly PackedRule[] }
  /** Rules that the receiver has from the policy before, by place. */
  | { readonly kind: "same"; readonly first: number; readonly count: number }
  | { readonly kind: "tests"; readonly tests: readonly PolicyTest[] };

interface PolicyFrame extends Pick<CompiledPolicy, "name" | "revision" | "tree"> {
  readonly set: Omit<PolicySet, "rules">;
}

/** Stands for a scope, so that it is not copied with each rule. */
interface ScopeReference {
  readonly kind: "scope";
  readonly number: number;
}
type PackedRule = { readonly [Key in keyof Rule]: Key extends "condition" ? PackedCondition : Rule[Key] };
type PackedCondition =
  | Condition
  | ScopeReference
  | (Omit<Extract<Condition, { kind: "all" }>, "conditions"> & { conditions: readonly (Condition | ScopeReference)[] });

const RULES_A_PIECE = 50;

/**
 * Divides a policy into pieces; its files stay behind.
 * @param before the rules of the policy that the receiver has.
 */
export function* splitPolicy(policy: CompiledPolicy, before: readonly Rule[] = []): Generator<PolicyPiece> {
  const { name, revision, tree, tests } = policy;
  const { rules, ...set } = policy.set;
  yield { kind: "frame", frame: { name, revision, tree, set } };
  const scopes = new Map<Condition, number>();
  for (const condition of sharedConditions(rules, usualTuning)) {
    scopes.set(condition, scopes.size);
    yield { kind: "scope", condition };
  }
  const places = new Map(before.map((rule, place) => [rule, place]));
  for (let at = 0; at < rules.length; ) {
    const first = places.get(rules[at] as Rule);
    let end = at + 1;
    if (first !== undefined) {
      while (end < rules.length && rules[end] === before[first + end - at]) end++;
      yield { kind: "same", first, count: end - at };
    } else {
      while (end < rules.length && end - at < RULES_A_PIECE && !places.has(rules[end] as Rule)) end++;
      yield { kind: "rules", rules: rules.slice(at, end).map((rule) => packed(rule, scopes)) };
    }
    at = end;
  }
  for (let at = 0; at < tests.length; at += RULES_A_PIECE) {
    yield { kind: "tests", tests: tests.slice(at, at + RULES_A_PIECE) };
  }
}

function packed(rule: Rule, scopes: ReadonlyMap<Condition, number>): PackedRule {
  if (scopes.size === 0) return rule;
  const reference = (condition: Condition): Condition | ScopeReference => {
    const number = scopes.get(condition);
    return number === undefined ? condition : { kind: "scope", number };
  };
  const { condition } = rule;
  const whole = reference(condition);
  if (whole.kind !== "all") return { ...rule, condition: whole };
  return { ...rule, condition: { ...whole, conditions: whole.conditions.map((part) => reference(part as Condition)) } };
}

/** Puts a policy together again from its pieces. */
export class PolicyJoiner {
  readonly #before: readonly Rule[];
  readonly #rules: Rule[] = [];
  readonly #tests: PolicyTest[] = [];
  readonly #scopes: Condition[] = [];
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
        this.#scopes.push(piece.condition);
        return;
      case "rules":
        for (const rule of piece.rules) this.#rules.push(this.#unpacked(rule));
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

  #unpacked(rule: PackedRule): Rule {
    const { condition } = rule;
    const scope = (part: Condition | ScopeReference): Condition =>
      part.kind === "scope" ? (this.#scopes[part.number] as Condition) : part;
    if (this.#scopes.length === 0) return rule as Rule;
    const whole =
      condition.kind === "all" ? { ...condition, conditions: condition.conditions.map(scope) } : scope(condition);
    return { ...rule, condition: whole } as Rule;
  }
}
