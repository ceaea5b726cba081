import { decide } from "../../evaluate/decide.js";
import type { Facts } from "../../evaluate/facts.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { type CatalogEntry, indexCatalog } from "../../rank/catalog-index.js";
import { rankAttempts } from "../../rank/rank.js";
import type { World } from "../../rank/world.js";
import { controlOf } from "./fact-control.js";
import { IdleRules } from "./idle-rules.js";
import type { Trial } from "./trial.js";

/** A request, and a model that it might have gone to. */
export class AskedModel {
  readonly policy: CompiledPolicy;
  /** With defaults filled in. */
  readonly facts: Facts;
  readonly world: World;
  readonly start: Trial;
  readonly idle: IdleRules;
  /** The endpoints that are meant. */
  readonly entries: readonly CatalogEntry[];
  readonly #model: string;

  /** @param model `author/model`, or one of its endpoints. */
  constructor(policy: CompiledPolicy, facts: Facts, world: World, model: string) {
    this.policy = policy;
    this.facts = facts;
    this.world = world;
    this.start = { facts, world };
    this.idle = new IdleRules(policy.set, facts);
    this.#model = model;
    this.entries = indexCatalog(policy.set.catalog).entries.filter(({ endpoint }) => this.isMeant(endpoint.id));
  }

  isMeant(endpoint: string): boolean {
    return endpoint === this.#model || endpoint.startsWith(`${this.#model}@`);
  }

  /** The first attempt for a request. */
  first({ facts, world }: Trial) {
    const outcome = decide(this.policy, facts);
    return outcome.denied === undefined ? rankAttempts(this.policy, outcome, facts, world).attempts[0] : undefined;
  }

  isChosenBy(trial: Trial): boolean {
    const first = this.first(trial);
    return first !== undefined && this.isMeant(first.endpoint.id);
  }

  /** Whether a client can bring about a change of one fact. */
  isClients(fact: string, changed: Facts): boolean {
    return controlOf(this.policy.set, fact) === "client" && (fact !== "tags" || this.keepsKeyTags(changed));
  }

  /** The tags of its key are among a request's, whatever the client says. */
  keepsKeyTags(facts: Facts): boolean {
    const { tags: before = [], key_tags: own = [] } = this.facts;
    return own.every((tag) => !before.includes(tag) || facts.tags?.includes(tag) === true);
  }
}
