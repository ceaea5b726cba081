import type { Condition } from "../conditions/condition.js";
import {
  type PackedSpan,
  packSpan,
  readConditionText,
  unpackSpan,
  writeConditionText,
} from "../conditions/condition-text.js";
import type { Span } from "../diagnostics/diagnostic.js";
import type { Route, Rule } from "./policy-set.js";
import { withoutSpans } from "./without-spans.js";

/** A rule as JSON for another thread: what it shares with others stands elsewhere. */
export interface PackedRule extends Pick<Rule, "id" | "effect"> {
  readonly file: string;
  readonly span: PackedSpan;
  readonly condition: string;
  readonly because?: string;
  readonly message?: string;
  readonly require?: Extract<Rule, { effect: "require" }>["require"];
  readonly route?: {
    /** Number of its text without places. */
    readonly text: number;
    /** Of the route, of the candidates under `to`, of those under `fallback`. */
    readonly places: readonly PackedSpan[];
  };
}

/** Packs rules; {@link routeTexts} and the scopes are what the receiver needs beside them. */
export class RulePacker {
  /** Routes without places, as JSON, each once. */
  readonly routeTexts: string[] = [];
  readonly #routeNumbers = new Map<string, number>();
  readonly #scopes: ReadonlyMap<Condition, number>;

  constructor(scopes: ReadonlyMap<Condition, number>) {
    this.#scopes = scopes;
  }

  pack(rule: Rule): PackedRule {
    const { file } = rule.span;
    const { condition, span, ...rest } = rule;
    // It is the id once more.
    if ("rule" in rest) Reflect.deleteProperty(rest, "rule");
    return {
      ...rest,
      file,
      span: packSpan(span, file),
      condition: writeConditionText(condition, file, this.#scopes),
      ...(rule.effect === "route" ? { route: this.#packRoute(rule.route, file) } : {}),
    } as PackedRule;
  }

  #packRoute(route: Route, file: string): PackedRule["route"] {
    const text = JSON.stringify(route, withoutSpans);
    let number = this.#routeNumbers.get(text);
    if (number === undefined) {
      number = this.routeTexts.push(text) - 1;
      this.#routeNumbers.set(text, number);
    }
    const places = [route, ...route.to, ...route.fallback].map(({ span }) => packSpan(span, file));
    return { text: number, places };
  }
}

/** Makes rules of packed ones: see {@link CompactRule}. Equal parts are one object. */
export class RuleUnpacker {
  readonly #files = new Map<string, string>();
  readonly #routes: Route[] = [];
  readonly #scopes: Condition[] = [];

  addRoute(text: string): void {
    this.#routes.push(JSON.parse(text) as Route);
  }

  addScope(condition: Condition): void {
    this.#scopes.push(condition);
  }

  unpack({ id, effect, file: written, span, condition, route, ...rest }: PackedRule): Rule {
    const file = this.#files.get(written) ?? written;
    this.#files.set(file, file);
    const rule = new CompactRule(id, effect, unpackSpan(span, file), condition, this.#scopes);
    Object.assign(rule, rest, effect === "require" ? { rule: id } : undefined);
    if (route !== undefined) Object.assign(rule, { route: this.#unpackRoute(route, file) });
    return rule as unknown as Rule;
  }

  #unpackRoute({ text, places }: NonNullable<PackedRule["route"]>, file: string): Route {
    const route = this.#routes[text] as Route;
    const { to, fallback } = route;
    const [own, ...candidates] = places.map((place) => unpackSpan(place, file));
    const placed = (list: Route["to"], from: number) =>
      list.map((candidate, at) => copyWith(candidate, { span: candidates[from + at] as Span }));
    return copyWith(route, {
      to: placed(to, 0),
      fallback: fallback.length === 0 ? fallback : placed(fallback, to.length),
      span: own as Span,
    });
  }
}

/** As a spread, of which V8 (Node 20) gives each result a hidden class of its own: 230 bytes. */
function copyWith<T extends object>(original: T, changes: Partial<T>): T {
  return Object.assign({}, original, changes);
}

/**
 * A rule that holds its condition as text, since a server holds many for long and looks at few: its objects are made when they are
 * asked for, and stay the same as long as somebody has them. Copies, clones and JSON of it hold them like any other rule.
 */
class CompactRule {
  static readonly #condition = {
    enumerable: true,
    get(this: CompactRule): Condition {
      const known = this.#known?.deref();
      if (known !== undefined) return known;
      const condition = readConditionText(this.#text, this.span.file, this.#scopes);
      this.#known = new WeakRef(condition);
      return condition;
    },
  };

  readonly id: string;
  readonly effect: Rule["effect"];
  readonly span: Span;
  readonly #text: string;
  readonly #scopes: readonly Condition[];
  #known: WeakRef<Condition> | undefined;

  constructor(id: string, effect: Rule["effect"], span: Span, text: string, scopes: readonly Condition[]) {
    this.id = id;
    this.effect = effect;
    this.span = span;
    this.#text = text;
    this.#scopes = scopes;
    // A property of its own, not of the class: those are not copied.
    Object.defineProperty(this, "condition", CompactRule.#condition);
  }
}
