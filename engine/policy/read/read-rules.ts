import type { Condition } from "../../conditions/condition.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import { didYouMean, listNames } from "../../diagnostics/suggest.js";
import { limits } from "../../source/limits.js";
import { entryOf, type Located, type LocatedMap, shorten, spanWithin } from "../../source/located.js";
import { writeCount } from "../../units/write-figures.js";
import { defined } from "../defined.js";
import { isTestFile } from "../is-test-file.js";
import type { KnownParts, ReadRule, WrittenId } from "../known-parts.js";
import type { Rule } from "../policy-set.js";
import { CATALOG, ROOT } from "../root-files.js";
import { isMisspelt } from "./is-section-readable.js";
import { readCondition } from "./read-condition.js";
import { readRequirement } from "./read-requirement.js";
import { readRoute } from "./read-route.js";
import { childOf, itemsOf, mapOf, textOf } from "./read-values.js";
import type { PoolsByName } from "./read-weights.js";
import type { RouteReading } from "./reading.js";
import { resolveInclude } from "./resolve-include.js";
import { factHelp } from "./unknown-fact.js";

export interface RulesInput {
  readonly reading: RouteReading;
  readonly pools: PoolsByName;
  readonly root: LocatedMap;
  readonly rootName: string;
  readonly fileNames: ReadonlySet<string>;
  readonly known: KnownParts;
  /** Reads a policy file, once; undefined when it cannot be used, which was reported. */
  readonly open: (name: string, includedAt: Span) => LocatedMap | undefined;
}

export type Effect = Rule["effect"];
export const effects: readonly Effect[] = ["deny", "require", "route"];

export interface RulesRead {
  readonly rules: readonly Rule[];
  /** Where each id is written first, with the effects written under it; of rules that could not be read too. */
  readonly ids: ReadonlyMap<string, WrittenId>;
  /** False when a part could not be read: then an unknown id may be one of it, and an unread file one of its includes. */
  readonly isComplete: boolean;
}

/** Keys that only the root of a set may have. */
const rootKeys = ["name", "attributes", "pools", "default"];

/** Every rule of the set in reading order: includes in their place, depth first, scopes ANDed. */
export function readRules(input: RulesInput): RulesRead {
  const reader = new RulesReader(input);
  reader.readFile(input.root, [], [input.rootName]);
  return reader;
}

class RulesReader implements RulesRead {
  readonly rules: Rule[] = [];
  readonly ids = new Map<string, WrittenId>();
  isComplete = true;
  readonly #input: RulesInput;
  readonly #includedAt = new Map<string, Span>();
  #reading: RouteReading;
  #isFull = false;

  constructor(input: RulesInput) {
    this.#input = input;
    this.#reading = input.reading;
  }

  /** @param openFiles the files that include each other down to this one, outermost first. */
  readFile(root: LocatedMap, scopes: readonly Condition[], openFiles: readonly string[]): void {
    const list = childOf(root, "rules");
    if (list?.kind !== "list" && (list !== undefined || isMisspelt(this.#reading, root, "rules"))) {
      this.isComplete = false;
    }
    for (const item of itemsOf(list)) {
      if (item.kind !== "map") continue;
      const known = this.#isUsual ? this.#input.known.rule(item, scopes) : undefined;
      if (known !== undefined) {
        if (!this.#isBeyondLimit(item)) this.#add(known);
        continue;
      }
      const include = entryOf(item, "include");
      if (include === undefined) this.#readRule(item, scopes);
      else this.#readInclude(item, include.value, scopes, openFiles);
    }
  }

  #readInclude(item: LocatedMap, node: Located, scopes: readonly Condition[], openFiles: readonly string[]): void {
    const scopeNode = childOf(item, "scope");
    const inner = scopeNode === undefined ? scopes : [...scopes, this.#readScope(item, scopeNode)];
    const name = this.#resolve(node, openFiles);
    const root = name === undefined ? undefined : this.#input.open(name, node.span);
    if (name === undefined || root === undefined) {
      this.isComplete = false;
      return;
    }
    this.#refuseRootKeys(root);
    this.readFile(root, inner, [...openFiles, name]);
  }

  #readScope(item: LocatedMap, node: Located): Condition {
    const read = () => readCondition(this.#reading, node);
    return this.#isUsual ? this.#input.known.scope(item, this.#reading.report, read) : read();
  }

  /** What stands in the wrong file is told once; the rules that use it are no other mistake. */
  #refuseRootKeys(root: LocatedMap): void {
    const { report, poolNames, mayBeFact } = this.#reading;
    for (const { key, keySpan } of root.entries) {
      if (!rootKeys.includes(key)) continue;
      const help = "an included file holds `kind`, `description` and `rules`";
      report.error("RW1101", keySpan, `\`${key}\` stands only in policy.yaml`, help);
    }
    const keysOf = (key: string) => mapOf(childOf(root, key))?.entries.map((entry) => entry.key) ?? [];
    const misplaced = new Set(keysOf("attributes").map((name) => `attributes.${name}`));
    const pools = keysOf("pools");
    if (misplaced.size === 0 && pools.length === 0) return;
    this.#reading = {
      ...this.#reading,
      poolNames: poolNames && new Set([...poolNames, ...pools]),
      mayBeFact: (name) => misplaced.has(name) || mayBeFact(name),
    };
  }

  /** The file that an include means; undefined when it must not or cannot be included, which is reported. */
  #resolve(node: Located, openFiles: readonly string[]): string | undefined {
    const { fileNames } = this.#input;
    const reading = this.#reading;
    const { report } = reading;
    const written = textOf(reading, node);
    if (written === undefined) return undefined;
    const from = openFiles.at(-1) ?? "";
    const resolved = resolveInclude(from, written);
    if ("problem" in resolved) {
      const help = "an include is a path relative to this file, with `/`, to a file inside the policy directory";
      report.error("RW1006", node.span, `\`${shorten(written)}\` ${resolved.problem}`, help);
      return undefined;
    }
    const { name } = resolved;
    if (openFiles.includes(name)) {
      const circle = [...openFiles.slice(openFiles.indexOf(name)), name].map(shorten).join(" → ");
      report.error("RW1007", node.span, `an include cycle: ${circle}`, "take one of the includes out");
      return undefined;
    }
    if (openFiles.length > limits.includeDepth) {
      const message = `files include each other more than ${limits.includeDepth} deep here`;
      report.error("RW1004", node.span, message, "include the file further up");
      return undefined;
    }
    const before = this.#includedAt.get(name);
    if (before !== undefined) {
      const related = { span: before, note: "first included here" };
      report.error("RW1007", node.span, `\`${shorten(name)}\` is included twice`, "include each file once", related);
      return undefined;
    }
    this.#includedAt.set(name, node.span);
    if (!fileNames.has(name)) {
      // Worked out when all includes are known: a file that another one means is not meant here.
      const help = () =>
        includeHelp(
          name,
          written,
          [...fileNames].filter((other) => !this.#isTaken(other)),
        );
      report.error("RW1005", node.span, `there is no file \`${shorten(name)}\` in the policy directory`, help);
      return undefined;
    }
    return name;
  }

  #isTaken(name: string): boolean {
    return this.#includedAt.has(name) || name === ROOT || name === CATALOG || isTestFile({ name });
  }

  #readRule(node: LocatedMap, scopes: readonly Condition[]): void {
    if (this.#isBeyondLimit(node)) return;
    const { known, reading } = this.#input;
    const read = (): ReadRule => {
      const id = this.#readId(node);
      return { ...defined("id", id), rules: this.#rulesOf(node, id?.id ?? "", scopes) };
    };
    this.#add(this.#isUsual ? known.readRule(node, scopes, reading.report, read) : read());
  }

  #isBeyondLimit(node: LocatedMap): boolean {
    if (this.rules.length < limits.rules) return false;
    if (!this.#isFull) {
      const message = `the set has more than ${writeCount(limits.rules)} rules`;
      this.#reading.report.error("RW1004", node.span, message, "split it into several policy sets");
    }
    this.#isFull = true;
    return true;
  }

  #add({ id, rules }: ReadRule): void {
    if (id !== undefined) this.#claim(id);
    for (const rule of rules) this.rules.push(rule);
  }

  /** False when misplaced pools or facts are let pass for now: what is read so is not known to be sound. */
  get #isUsual(): boolean {
    return this.#reading === this.#input.reading;
  }

  /** A rule for each effect, of which there is one unless the schema has complained. */
  #rulesOf(node: LocatedMap, id: string, scopes: readonly Condition[]): readonly Rule[] {
    const reading = this.#reading;
    const rules: Rule[] = [];
    const condition = readMatch(reading, node, scopes);
    const shared = {
      id,
      condition,
      ...defined("because", textOf(reading, childOf(node, "because"))),
      span: node.span,
    };
    // A rule with several effects is reported by the schema; each is read for its own faults.
    const deny = childOf(node, "deny");
    const require = childOf(node, "require");
    const route = childOf(node, "route");
    const message = textOf(reading, deny);
    if (deny !== undefined && message !== undefined) {
      checkPlaceholders(reading, message, deny.span);
      rules.push({ ...shared, effect: "deny", message });
    }
    if (require !== undefined) {
      rules.push({ ...shared, rule: id, effect: "require", require: readRequirement(reading, require) });
    }
    const routed = readRoute(reading, route, this.#input.pools);
    if (routed !== undefined) rules.push({ ...shared, effect: "route", route: routed });
    return rules;
  }

  #readId(node: LocatedMap): WrittenId | undefined {
    const idNode = childOf(node, "id");
    const id = textOf(this.#reading, idNode);
    if (id === undefined || idNode === undefined) return undefined;
    const written = effects.filter((effect) => entryOf(node, effect) !== undefined);
    // Of a rule without an effect any may be meant.
    return { id, span: idNode.span, effects: written.length === 0 ? effects : written };
  }

  #claim(written: WrittenId): void {
    const { report } = this.#reading;
    const { id, span } = written;
    const first = this.ids.get(id);
    this.ids.set(
      id,
      first === undefined ? written : { ...first, effects: [...new Set([...first.effects, ...written.effects])] },
    );
    if (id === "default") {
      const message = "`default` is what the default route is called";
      report.error("RW1205", span, message, "choose another id");
    } else if (first !== undefined) {
      const related = { span: first.span, note: "first used here" };
      const message = `the id \`${shorten(id)}\` is used twice`;
      report.error("RW1205", span, message, "rename one: ids are unique in the whole set", related);
    }
  }
}

/** `match` with the scopes of the includes around it; without either the condition is true. */
function readMatch(reading: RouteReading, rule: LocatedMap, scopes: readonly Condition[]): Condition {
  const node = childOf(rule, "match");
  const own = node === undefined ? [] : [readCondition(reading, node)];
  const conditions = [...scopes, ...own];
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) return only;
  return { kind: "all", conditions, span: node?.span ?? rule.span };
}

/** `{fact}` in the text of a denial must be a fact: a misspelt one would be shown to clients as it is. */
function checkPlaceholders(reading: RouteReading, message: string, span: Span): void {
  for (const match of message.matchAll(/\{([A-Za-z][\w.-]*)\}/g)) {
    const [whole, name = ""] = match;
    if (reading.facts.has(name) || reading.mayBeFact(name)) continue;
    const place = spanWithin(span, message, match.index, match.index + whole.length);
    reading.report.error("RW1201", place, `\`${shorten(whole)}\` is not a fact`, () => factHelp(reading, name));
  }
}

/** What to do about an include of a file that is not there. */
function includeHelp(name: string, written: string, others: readonly string[]): string {
  // As written it would be right, were paths not relative to the file they stand in.
  if (others.includes(written))
    return `paths are relative to this file: there is \`${shorten(written)}\` beside policy.yaml`;
  const near = didYouMean(name, others);
  if (near !== undefined) return near;
  return others.length > 0
    ? `nothing includes ${listNames(others)}: is ${others.length === 1 ? "it" : "one of them"} meant?`
    : "create it, or mend the path: it is relative to the file it stands in";
}
