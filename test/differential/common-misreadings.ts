import type { Condition } from "../../engine/conditions/condition.js";

/** A fault that may be planted: its name, and what it takes a leaf for. */
export type Misreading = readonly [name: string, misread: (leaf: Condition) => Condition];

/** Faults that any reading of conditions might have; a comparison that does not find them proves nothing. */
export const commonMisreadings: readonly Misreading[] = [
  [
    "`gte` read as `gt`",
    (leaf) =>
      leaf.kind === "range" && leaf.min?.inclusive === true
        ? { ...leaf, min: { ...leaf.min, inclusive: false } }
        : leaf,
  ],
  [
    "`all` of a set read as `any`",
    (leaf) => (leaf.kind === "set" && leaf.quantifier === "all" ? { ...leaf, quantifier: "any" } : leaf),
  ],
  [
    "an absent boolean read as false",
    (leaf) =>
      leaf.kind === "boolean" && leaf.expected
        ? {
            kind: "all",
            conditions: [{ kind: "present", fact: leaf.fact, expected: true, span: leaf.span }, leaf],
            span: leaf.span,
          }
        : leaf,
  ],
];
