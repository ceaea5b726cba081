import type { CandidateReference } from "../../policy/policy-set.js";
import { indexCatalog } from "../../rank/catalog-index.js";
import { fitsSelection } from "../../rank/fits-selection.js";
import { type Check, routesOf } from "../check-context.js";

/** RW2201: a selection (`select`) of a route or a pool that no endpoint of the catalog fits: it stands for no candidate. */
export const emptySelections: Check = function* (context) {
  const { catalog, pools } = context.policy.set;
  const { entries } = indexCatalog(catalog);
  const isEmpty = (reference: CandidateReference) =>
    reference.kind === "select" && !entries.some((entry) => fitsSelection(entry, reference.select));
  const places = [
    ...pools.map(({ name, items }) => ({ name: `pool \`${name}\``, references: items })),
    ...[...routesOf(context)].map(({ name, route }) => ({ name, references: [...route.to, ...route.fallback] })),
  ];
  for (const { name, references } of places) {
    for (const { span } of references.filter(isEmpty)) {
      yield {
        code: "RW2201",
        severity: "warning",
        message: `nothing in the catalog fits this selection of ${name}`,
        span,
        help: "widen it, or remove it; what the catalog does not say of a model does not fit",
      };
    }
  }
};
