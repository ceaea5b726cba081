import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { World } from "../../rank/world.js";

/** A request to be decided: its facts, and the world, a part of which its own hints make. */
export interface Trial {
  readonly facts: Facts;
  readonly world: World;
}

/** The hints in a request's body or model name, as the world has them. */
export function hintsOf({ hint_excluded_by = {}, hint_order, hint_excluded }: World): readonly string[] {
  return [
    ...Object.keys(hint_excluded_by),
    ...(hint_order === undefined ? [] : ["hint_order"]),
    ...(hint_excluded === undefined ? [] : ["hint_excluded"]),
  ];
}

export function withFact({ facts, world }: Trial, fact: string, value: FactValue): Trial {
  const changed = { ...facts, [fact]: value } as Facts;
  return { facts: changed, world: fact === "model" ? naming(world, value as string) : world };
}

export function withoutFact({ facts, world }: Trial, fact: string): Trial {
  const { [fact as keyof Facts]: _, ...others } = facts;
  return { facts: others as Facts, world };
}

/** Gives or takes a tag. A tag of the key is among the request's. */
export function withTag({ facts, world }: Trial, fact: string, tag: string, isHeld: boolean): Trial {
  const change = (name: string) => {
    const others = ((readFact(facts, name) as readonly string[] | undefined) ?? []).filter((each) => each !== tag);
    return isHeld ? [...others, tag] : others;
  };
  const isKeys = fact === "key_tags" && isHeld && facts.tags?.includes(tag) !== true;
  const changed = { ...facts, [fact]: change(fact), ...(isKeys ? { tags: change("tags") } : {}) } as Facts;
  return { facts: changed, world };
}

export function withoutHint({ facts, world }: Trial, hint: string): Trial {
  if (hint === "hint_order" || hint === "hint_excluded") {
    const { [hint]: _, ...others } = world;
    return { facts, world: others };
  }
  const { [hint]: _, ...excludedBy } = world.hint_excluded_by ?? {};
  return { facts, world: { ...world, hint_excluded_by: excludedBy } };
}

/** The body's `models` leaves out what neither it nor `model` names. */
function naming(world: World, model: string): World {
  const { hint_excluded_by: excludedBy } = world;
  if (excludedBy === undefined) return world;
  const kept = Object.entries(excludedBy).map(([hint, endpoints]) => [
    hint,
    hint.startsWith("models: ") ? endpoints.filter((id) => !id.startsWith(`${model}@`)) : endpoints,
  ]);
  return { ...world, hint_excluded_by: Object.fromEntries(kept) };
}
