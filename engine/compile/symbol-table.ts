import type { Condition } from "../conditions/condition.js";
import type { FactType } from "../conditions/fact-definitions.js";
import type { TreeFact } from "./decision-tree.js";

/** Something that conditions name and a tree numbers. */
export type TreeSymbol =
  | NamedFact
  | NamedText
  | NamedCut
  /** The highest cell of a number or local time: another rule's cut moves it. */
  | { readonly kind: "highest" }
  | SharedPart;

/** A fact; a local time is a fact of its own for each zone. */
export interface NamedFact {
  readonly kind: "fact";
  readonly name: string;
  readonly type: TreeFact["type"];
  readonly tz?: string;
  readonly texts: Map<string, number>;
  readonly cuts: Map<number, number>;
  /** The symbol of its highest cell. */
  readonly highest: number;
}

/** A string or tag of a fact. */
export interface NamedText {
  readonly kind: "text";
  readonly fact: number;
  readonly text: string;
}

/** Where a range of a number or local time begins or ends. */
export interface NamedCut {
  readonly kind: "cut";
  readonly fact: number;
  readonly cut: number;
}

/** A condition that several rules share. */
export interface SharedPart {
  readonly kind: "part";
  readonly condition: Condition;
  /** The symbols it names, in the order of their first mention. */
  readonly mentions: readonly number[];
}

/**
 * Symbols: numbers for what conditions name, that stay the same while the numbers of a tree change from build to build. It only grows;
 * who keeps it drops it when little of it is used any more ({@link weight}).
 */
export class SymbolTable {
  readonly symbols: TreeSymbol[] = [];
  /** What is kept, in symbols and mentions. */
  weight = 0;
  readonly #types: ReadonlyMap<string, FactType>;
  readonly #facts = new Map<string, number>();
  readonly #parts = new Map<Condition, number>();

  /** @param types of the facts that are known by name. */
  constructor(types: ReadonlyMap<string, FactType> = new Map()) {
    this.#types = types;
  }

  /** @param type undefined: as it is declared. */
  fact(name: string, type?: TreeFact["type"], tz?: string): number {
    const key = tz === undefined ? name : `${name} in ${tz}`;
    let symbol = this.#facts.get(key);
    if (symbol === undefined) {
      const highest = this.#add({ kind: "highest" });
      symbol = this.#add({
        kind: "fact",
        name,
        type: type ?? this.#types.get(name) ?? "string",
        ...(tz === undefined ? {} : { tz }),
        texts: new Map(),
        cuts: new Map(),
        highest,
      });
      this.#facts.set(key, symbol);
    }
    return symbol;
  }

  text(fact: number, text: string): number {
    const { texts } = this.symbols[fact] as NamedFact;
    let symbol = texts.get(text);
    if (symbol === undefined) {
      symbol = this.#add({ kind: "text", fact, text });
      texts.set(text, symbol);
    }
    return symbol;
  }

  cut(fact: number, cut: number): number {
    const { cuts } = this.symbols[fact] as NamedFact;
    let symbol = cuts.get(cut);
    if (symbol === undefined) {
      symbol = this.#add({ kind: "cut", fact, cut });
      cuts.set(cut, symbol);
    }
    return symbol;
  }

  part(condition: Condition): number {
    let symbol = this.#parts.get(condition);
    if (symbol === undefined) {
      symbol = this.#add({ kind: "part", condition, mentions: [] });
      this.#parts.set(condition, symbol);
    }
    return symbol;
  }

  /** Says what a shared condition names, which depends on what else is shared. */
  setMentions(part: number, mentions: readonly number[]): void {
    const before = this.symbols[part] as SharedPart;
    this.symbols[part] = { ...before, mentions };
    this.weight += mentions.length - before.mentions.length;
  }

  #add(symbol: TreeSymbol): number {
    this.weight++;
    return this.symbols.push(symbol) - 1;
  }
}
