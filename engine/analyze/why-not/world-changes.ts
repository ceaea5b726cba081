import type { PolicySet } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import type { World } from "../../rank/world.js";
import { hintsOf, type Trial } from "./trial.js";

/** A change of the world in words: what of it, and what it is before and after. */
export interface WorldChange {
  readonly fact: string;
  readonly from: string;
  readonly to: string;
}

/** What the server knows against endpoints, by names of endpoints, models and providers. */
const obstacles = ["no_credentials", "down", "rate_limited"] as const;

/** What stands against some endpoints and is not the client's to change: each as a name for it, and the world without it. */
export function withoutObstacles(
  world: World,
  wanted: readonly CatalogEntry[],
): readonly { readonly name: string; readonly apply: (trial: Trial) => Trial }[] {
  const names = new Set(wanted.flatMap(({ endpoint }) => [endpoint.provider, endpoint.model, endpoint.id]));
  const lists = obstacles.flatMap((key) =>
    (world[key] ?? [])
      .filter((name) => names.has(name))
      .map((name) => ({
        name: `${key} ${name}`,
        apply: ({ facts, world: before }: Trial): Trial => ({
          facts,
          world: { ...before, [key]: before[key]?.filter((each) => each !== name) },
        }),
      })),
  );
  const { allowed } = world;
  const model = wanted[0]?.model.id;
  if (allowed === undefined || model === undefined || allowed.some((name) => names.has(name))) return lists;
  const allow = ({ facts, world: before }: Trial): Trial => ({
    facts,
    world: { ...before, allowed: [...(before.allowed ?? []), model] },
  });
  return [...lists, { name: "allowed", apply: allow }];
}

/** What is different between two worlds of a request: hints that are left out, and obstacles that are gone. */
export function describeWorldChanges(before: World, after: World, { catalog }: PolicySet): readonly WorldChange[] {
  const kept = hintsOf(after);
  const hints = hintsOf(before).filter((hint) => !kept.includes(hint));
  const gone = (key: (typeof obstacles)[number]) =>
    (before[key] ?? []).filter((name) => after[key]?.includes(name) === false);
  const variableOf = (name: string) => {
    const variable = catalog.providers.find((provider) => provider.name === name)?.apiKeyEnv;
    return variable === undefined ? "set" : `set in ${variable}`;
  };
  const allowed = (after.allowed ?? []).filter((name) => before.allowed?.includes(name) === false);
  return [
    ...hints.map(describeLeftOut),
    ...gone("no_credentials").map((name) => ({ fact: `API key of ${name}`, from: "not set", to: variableOf(name) })),
    ...gone("down").map((name) => ({ fact: `circuit of ${name}`, from: "open", to: "closed" })),
    ...gone("rate_limited").map((name) => ({ fact: `rate limit of ${name}`, from: "reached", to: "over" })),
    ...allowed.map((name) => ({ fact: "models of the API key", from: `without ${name}`, to: `with ${name}` })),
  ];
}

/** `provider.only: openai` as the hint and what it says. */
function describeLeftOut(hint: string): WorldChange {
  const [fact = hint, ...said] = hint.split(": ");
  return { fact, from: said.length === 0 ? "as sent" : said.join(": "), to: "left out" };
}
