import type { RecordedResult } from "../../../engine/serving.js";

/** What `/admin/decisions` and its stream filter by, with what it takes where that is not plain. */
export const filterNames = {
  rule: "",
  model: "author/model",
  provider: "",
  tenant: "",
  app: "",
  key: "id",
  outcome: "",
  status: "200",
  revision: "64 hex digits",
  since: "",
  until: "",
} as const;

/** How a request can end. */
export const outcomes: readonly RecordedResult["outcome"][] = [
  "answered",
  "denied",
  "no_candidate",
  "failed",
  "cut",
  "cancelled",
  "rejected",
];

export type Filter = Readonly<Record<string, string>>;

/** The filter in an address; what is none is left out. */
export function filterOf(query: Readonly<Record<string, string>>): Filter {
  return Object.fromEntries(
    Object.entries(query).filter(([name, value]) => Object.hasOwn(filterNames, name) && value !== ""),
  );
}
