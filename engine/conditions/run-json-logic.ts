import jsonLogic from "json-logic-js";
import { type Facts, type FactValue, readFact } from "../evaluate/facts.js";
import type { Truth } from "../evaluate/truth.js";
import type { LogicPredicate } from "./condition.js";

/** The values that take the place of absent facts, by name. */
export type Defaults = ReadonlyMap<string, FactValue>;

const none: Defaults = new Map();

/**
 * What an expression sees: own values only. Its prototype is an object without prototype or properties; objects that have none at
 * all are hash tables to V8, which takes a microsecond to make two of them.
 */
class Data {
  readonly [name: string]: unknown;
}
Object.setPrototypeOf(Data.prototype, null);
Reflect.deleteProperty(Data.prototype, "constructor");

/** The facts an expression reads, and what `var` calls them: those of `attributes` are in an object of their own. */
interface Reads {
  readonly plain: readonly string[];
  readonly attributes: readonly { readonly name: string; readonly key: string }[];
}

const PREFIX = "attributes.";
const readsOf = new WeakMap<LogicPredicate, Reads>();

function sortReads(predicate: LogicPredicate): Reads {
  let reads = readsOf.get(predicate);
  if (reads === undefined) {
    const isAttribute = (name: string) => name.startsWith(PREFIX);
    const attributes = predicate.reads.filter(isAttribute).map((name) => ({ name, key: name.slice(PREFIX.length) }));
    reads = { plain: predicate.reads.filter((name) => !isAttribute(name)), attributes };
    readsOf.set(predicate, reads);
  }
  return reads;
}

/**
 * Runs a checked JsonLogic condition over the facts it reads, and gives json-logic-js's truthiness of the result; unknown
 * while a fact that it reads without a default of its own is absent.
 * @param defaults what takes the place of absent facts.
 */
export function runJsonLogic(predicate: LogicPredicate, facts: Facts, defaults = none): Truth {
  const read = (name: string) => readFact(facts, name) ?? defaults.get(name);
  for (const name of predicate.required) if (read(name) === undefined) return undefined;
  const { plain, attributes } = sortReads(predicate);
  const data: Record<string, unknown> = new Data();
  for (const name of plain) data[name] = read(name);
  if (attributes.length > 0) {
    const own: Record<string, unknown> = new Data();
    for (const { name, key } of attributes) own[key] = read(name);
    data["attributes"] = own;
  }
  return jsonLogic.truthy(jsonLogic.apply(predicate.rule as Parameters<typeof jsonLogic.apply>[0], data));
}
