import type { Predicate } from "../../conditions/condition.js";
import { editDistance } from "../../diagnostics/suggest.js";
import type { Catalog } from "../../policy/policy-set.js";
import { canonicalModelId } from "../../rank/canonical-model.js";
import type { Check } from "../check-context.js";
import { findInConditions } from "./find-in-conditions.js";

/**
 * RW2208: a condition names a model that the catalog does not have, but for a slip of the pen. Other names that the catalog
 * does not have are no finding: clients may name anything, and a guard may be about it.
 */
export const misspeltModels: Check = function* ({ policy }) {
  const slipsIn = (leaf: Predicate) => slipsOf(leaf, policy.set.catalog);
  for (const { leaf, found } of findInConditions(policy, slipsIn)) {
    for (const { name, meant } of found) {
      yield {
        code: "RW2208",
        severity: "warning",
        message: `the catalog has no model \`${name}\`, and one that is written almost like it`,
        span: leaf.span,
        help: `did you mean \`${meant}\`?`,
      };
    }
  }
};

function slipsOf(leaf: Predicate, catalog: Catalog): readonly { name: string; meant: string }[] | undefined {
  if (leaf.kind !== "one-of" || leaf.fact !== "model") return undefined;
  return leaf.values.flatMap((name) => {
    const meant = meantModel(catalog, name);
    return meant === undefined ? [] : [{ name, meant }];
  });
}

function meantModel(catalog: Catalog, name: string): string | undefined {
  if (name === "auto" || canonicalModelId(catalog, name) !== undefined) return undefined;
  const writings = (id: string) => (name.includes("/") ? [id] : [id, id.slice(id.indexOf("/") + 1)]);
  return catalog.models.map(({ id }) => id).find((id) => writings(id).some((written) => isSlip(name, written)));
}

/**
 * Whether two names differ in capitals and separators only (`gpt4.1`, `claude-sonnet-4-5`), or in one letter of one word.
 * Digits and short words count as meant: `gpt-4.1` and `gpt-5.1`, `gpt-4` and `gpt-4o` are different models.
 */
function isSlip(name: string, other: string): boolean {
  const words = wordsOf(name);
  const others = wordsOf(other);
  if (words.join("") === others.join("")) return true;
  if (words.length !== others.length) return false;
  const unlike = words.flatMap((word, index) => (word === others[index] ? [] : [[word, others[index] ?? ""] as const]));
  const [only] = unlike;
  return (
    only !== undefined &&
    unlike.length === 1 &&
    only.every((word) => /^[a-z]{4,}$/.test(word)) &&
    editDistance(...only, 1) <= 1
  );
}

function wordsOf(name: string): readonly string[] {
  return name.toLowerCase().split(/[^a-z\d]+/);
}
