import type { JsonValue, Predicate } from "../../conditions/condition.js";
import { matchesGlob } from "../../conditions/glob.js";
import type { Catalog } from "../../policy/policy-set.js";
import { canonicalModelId } from "../../rank/canonical-model.js";
import type { Check } from "../check-context.js";
import { findInConditions } from "./find-in-conditions.js";

/**
 * RW2206: a pattern or an expression that fits the short name of a model and not its full id, which is what the fact `model`
 * holds however a client writes it: a guard would not act. Where values are listed, short names stand for the full ids.
 */
export const shortModelNames: Check = function* ({ policy }) {
  const shortIn = (leaf: Predicate) => shortNameIn(leaf, policy.set.catalog);
  for (const { leaf, found } of findInConditions(policy, shortIn)) {
    const { words, name, id, help } = found;
    yield {
      code: "RW2206",
      severity: "warning",
      message: `${words}: to rules, \`${name}\` is the model \`${id}\`, however a client writes it`,
      span: leaf.span,
      help,
    };
  }
};

interface ShortName {
  readonly words: string;
  readonly name: string;
  readonly id: string;
  readonly help: string;
}

function shortNameIn(leaf: Predicate, catalog: Catalog): ShortName | undefined {
  if (leaf.kind === "logic") {
    if (!leaf.reads.includes("model")) return undefined;
    const meant = textsIn(leaf.rule)
      .map((name) => ({ name, id: canonicalModelId(catalog, name) }))
      .find(({ name, id }) => id !== undefined && id !== name);
    if (meant?.id === undefined) return undefined;
    return {
      ...meant,
      id: meant.id,
      words: "the expression names a model without its author",
      help: `write \`${meant.id}\``,
    };
  }
  if ((leaf.kind !== "prefix" && leaf.kind !== "glob") || leaf.fact !== "model") return undefined;
  const fits = (name: string) =>
    leaf.kind === "prefix" ? name.startsWith(leaf.prefix) : matchesGlob(leaf.pattern, name);
  const ids = catalog.models.map(({ id }) => id);
  if (ids.some(fits)) return undefined;
  const shortOf = (id: string) => id.slice(id.indexOf("/") + 1);
  const id = ids.find((one) => fits(shortOf(one)) && canonicalModelId(catalog, shortOf(one)) === one);
  if (id === undefined) return undefined;
  const pattern = leaf.kind === "prefix" ? `${leaf.prefix}*` : leaf.pattern;
  return {
    name: shortOf(id),
    id,
    words: `the ${leaf.kind} fits no model of the catalog`,
    help: `write \`{ glob: "*/${pattern}" }\`, or the author in place of the first \`*\``,
  };
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
