/** What `/admin/decisions` and its stream filter by, with what it takes where that is not plain. */
export const filterNames = {
  rule: "",
  model: "author/model",
  provider: "",
  tenant: "",
  app: "",
  key: "id",
  outcome: "answered, denied, …",
  status: "200",
  revision: "64 hex digits",
} as const;

export type Filter = Readonly<Record<string, string>>;

/** The filter in an address; what is none is left out. */
export function filterOf(query: Readonly<Record<string, string>>): Filter {
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => name in filterNames && value !== ""));
}
