import type { Condition } from "../conditions/condition.js";
import type { Span } from "../diagnostics/diagnostic.js";
import { didYouMean, listNames } from "../diagnostics/suggest.js";
import { limits } from "../source/limits.js";
import { entryOf, type Located, type LocatedMap, shorten } from "../source/located.js";
import { defined } from "./defined.js";
import type { Pool, Rule } from "./policy-set.js";
import { readCondition } from "./read-condition.js";
import { readRequirement } from "./read-requirement.js";
import { readRoute } from "./read-route.js";
import { childOf, itemsOf, textOf } from "./read-values.js";
import type { RouteReading } from "./reading.js";
import { resolveInclude } from "./resolve-include.js";

export interface RulesInput {
  readonly reading: RouteReading;
  readonly pools: readonly Pool[];
  readonly root: LocatedMap;
  readonly rootName: string;
  readonly fileNames: readonly string[];
  /** Reads a policy file, once; undefined when it cannot be used, which was reported. */
  readonly open: (name: string) => LocatedMap | undefined;
}

/** Keys that only the root of a set may have. */
const rootKeys = ["name", "attributes", "pools", "default"];

/** Every rule of the set in reading order: includes in their place, depth first, scopes ANDed. */
export function readRules(input: RulesInput): readonly Rule[] {
  const reader = new RulesReader(input);
  reader.readFile(input.root, input.rootName, [], []);
  return reader.rules;
}

class RulesReader {
  readonly rules: Rule[] = [];
  readonly #input: RulesInput;
  readonly #idSpans = new Map<string, Span>();
  readonly #includedAt = new Map<string, Span>();
  #isFull = false;

  constructor(input: RulesInput) {
    this.#input = input;
  }

  /** @param openFiles the files that include this one, outermost first. */
  readFile(root: LocatedMap, name: string, scopes: readonly Condition[], openFiles: readonly string[]): void {
    for (const item of itemsOf(childOf(root, "rules"))) {
      if (item.kind !== "map") continue;
      const include = entryOf(item, "include");
      if (include === undefined) this.#readRule(item, scopes);
      else this.#include(item, include.value, name, scopes, [...openFiles, name]);
    }
  }

  #include(
    item: LocatedMap,
    node: Located,
    from: string,
    scopes: readonly Condition[],
    openFiles: readonly string[],
  ): void {
    const { reading, fileNames, open } = this.#input;
    const { report } = reading;
    const written = textOf(reading, node);
    if (written === undefined) return;
    const scopeNode = childOf(item, "scope");
    const inner = scopeNode === undefined ? scopes : [...scopes, readCondition(reading, scopeNode)];
    const name = resolveInclude(from, written);
    if (name === undefined || name === "") {
      const help = "an include is a path relative to this file, with `/`, inside the policy directory";
      report.error("RW1006", node.span, `\`${shorten(written)}\` leaves the policy directory`, help);
      return;
    }
    if (openFiles.includes(name)) {
      const circle = [...openFiles.slice(openFiles.indexOf(name)), name].map(shorten).join(" → ");
      report.error("RW1007", node.span, `an include cycle: ${circle}`, "take one of the includes out");
      return;
    }
    const before = this.#includedAt.get(name);
    if (before !== undefined) {
      const related = { span: before, note: "first included here" };
      report.error("RW1007", node.span, `\`${shorten(name)}\` is included twice`, "include each file once", related);
      return;
    }
    this.#includedAt.set(name, node.span);
    if (!fileNames.includes(name)) {
      const others = fileNames.filter((other) => other !== from);
      const help = didYouMean(name, others) ?? "create it, or mend the path: it is relative to the file it stands in";
      report.error("RW1005", node.span, `there is no file \`${shorten(name)}\` in the policy directory`, help);
      return;
    }
    const root = open(name);
    if (root === undefined) return;
    for (const { key, keySpan } of root.entries) {
      if (!rootKeys.includes(key)) continue;
      const help = "an included file holds `kind`, `description` and `rules`";
      report.error("RW1101", keySpan, `\`${key}\` stands only in policy.yaml`, help);
    }
    this.readFile(root, name, inner, openFiles);
  }

  #readRule(node: LocatedMap, scopes: readonly Condition[]): void {
    const { reading, pools } = this.#input;
    if (this.rules.length >= limits.rules) {
      if (!this.#isFull) {
        const message = `the set has more than ${limits.rules.toLocaleString("en-US")} rules`;
        reading.report.error("RW1004", node.span, message, "split it into several policy sets");
      }
      this.#isFull = true;
      return;
    }
    const id = this.#readId(node);
    const condition = readMatch(reading, node, scopes);
    const shared = {
      id,
      condition,
      ...defined("because", textOf(reading, childOf(node, "because"))),
      span: node.span,
    };
    const deny = childOf(node, "deny");
    const require = childOf(node, "require");
    const route = childOf(node, "route");
    if (deny !== undefined) {
      const message = textOf(reading, deny);
      if (message === undefined) return;
      checkPlaceholders(reading, message, deny.span);
      this.rules.push({ ...shared, effect: "deny", message });
    } else if (require !== undefined) {
      this.rules.push({ ...shared, effect: "require", require: readRequirement(reading, require) });
    } else if (route !== undefined) {
      const read = readRoute(reading, route, pools);
      if (read !== undefined) this.rules.push({ ...shared, effect: "route", route: read });
    }
  }

  #readId(node: LocatedMap): string {
    const { reading } = this.#input;
    const idNode = childOf(node, "id");
    const id = textOf(reading, idNode);
    if (id === undefined || idNode === undefined) return "";
    const first = this.#idSpans.get(id);
    if (id === "default") {
      const message = "`default` is what the default route is called";
      reading.report.error("RW1205", idNode.span, message, "choose another id");
    } else if (first !== undefined) {
      const related = { span: first, note: "first used here" };
      const message = `the id \`${shorten(id)}\` is used twice`;
      reading.report.error("RW1205", idNode.span, message, "rename one: ids are unique in the whole set", related);
    } else this.#idSpans.set(id, idNode.span);
    return id;
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
function checkPlaceholders({ report, facts }: RouteReading, message: string, span: Span): void {
  for (const [, name = ""] of message.matchAll(/\{([a-z][\w.-]*)\}/g)) {
    if (facts.has(name)) continue;
    const help = didYouMean(name, facts.keys()) ?? `the facts are ${listNames([...facts.keys()])}`;
    report.error("RW1201", span, `\`{${shorten(name)}}\` in the text is not a fact`, help);
  }
}
