import {
  type Condition,
  canonicalModelId,
  matchesGlob,
  type PolicySet,
  type Predicate,
  readFactsOf,
} from "../../../engine/serving.js";

/** What the conditions of a set's route rules say about the requested model. */
interface ModelNames {
  readonly values: Set<string>;
  /** Those of them that are no model's, of rules that are for whoever asks. */
  readonly open: Set<string>;
  readonly patterns: Extract<Predicate, { kind: "prefix" | "glob" }>[];
  /** A JsonLogic condition reads it: any name may mean something. */
  isAny: boolean;
}

/** Collected when first asked for: the conditions of 10,000 rules take some 20 ms to look at. */
const namesBySet = new WeakMap<PolicySet, ModelNames>();

/** Whether a route rule asks for a model of that name, so that a name which the catalog lacks means something all the same: `fast`. */
function isNamedInRoutes(set: PolicySet, model: string): boolean {
  const names = namesOf(set);
  return (
    names.isAny ||
    names.values.has(model) ||
    names.patterns.some((one) =>
      one.kind === "prefix" ? model.startsWith(one.prefix) : matchesGlob(one.pattern, model),
    )
  );
}

/** Why a requested model is none that can be asked; undefined: the catalog has it, or a rule's condition asks for that name. */
export function whyUnknownModel(set: PolicySet, model: string): string | undefined {
  if (model === "auto" || canonicalModelId(set.catalog, model) !== undefined || isNamedInRoutes(set, model)) {
    return undefined;
  }
  const name = model.slice(0, 100);
  return set.catalog.models.some(({ id }) => id.endsWith(`/${model}`))
    ? `the catalog has several models called ${JSON.stringify(name)}, of different authors; write author/${name}`
    : `the catalog has no ${JSON.stringify(name)}`;
}

/**
 * Names that clients may send as a model because a route rule asks for them, in the order of the rules. Those of rules that look
 * at whose request it is are left out: they may be another tenant's.
 */
export function openNames(set: PolicySet): ReadonlySet<string> {
  return namesOf(set).open;
}

/** What a key says of who asks. */
const whoAsks: ReadonlySet<string> = new Set(["tenant", "app", "user", "key", "key_tags"]);

function namesOf(set: PolicySet): ModelNames {
  const known = namesBySet.get(set);
  if (known !== undefined) return known;
  const names: ModelNames = { values: new Set(), open: new Set(), patterns: [], isAny: false };
  for (const { effect, condition } of set.rules) {
    if (effect !== "route") continue;
    const own = { ...names, values: new Set<string>() };
    collect(condition, own);
    names.isAny = own.isAny;
    const isOpen = !readFactsOf(condition).some((fact) => whoAsks.has(fact));
    for (const name of own.values) {
      names.values.add(name);
      if (isOpen && name !== "auto" && canonicalModelId(set.catalog, name) === undefined) names.open.add(name);
    }
  }
  namesBySet.set(set, names);
  return names;
}

function collect(condition: Condition, names: ModelNames): void {
  switch (condition.kind) {
    case "all":
    case "any":
      for (const part of condition.conditions) collect(part, names);
      return;
    case "one-of":
      if (condition.fact === "model") for (const value of condition.values) names.values.add(value);
      return;
    case "prefix":
    case "glob":
      if (condition.fact === "model") names.patterns.push(condition);
      return;
    case "logic":
      if (condition.reads.includes("model")) names.isAny = true;
  }
}
