import { didYouMean } from "../diagnostics/suggest.js";
import { writeCount } from "../units/write-figures.js";
import { type Arity, jsonLogicIterations, jsonLogicOperators } from "./json-logic-operators.js";

/** The deepest nesting of operations and lists. */
export const MAX_JSON_LOGIC_DEPTH = 32;
/** The most values of any kind (operations, lists, constants) in one expression. */
export const MAX_JSON_LOGIC_NODES = 1_000;

export interface JsonLogicAnalysis {
  /** Every fact the expression reads, by name, in the order of first use. */
  readonly reads: readonly string[];
  /** The facts read somewhere without a default: while one of them is absent the expression is unknown. */
  readonly required: readonly string[];
  /** Why the expression is refused; empty when it is sound. */
  readonly problems: readonly JsonLogicProblem[];
}
export interface JsonLogicProblem {
  /** Keys and indexes that lead from the expression to the fault. */
  readonly path: readonly (string | number)[];
  /** One lower-case fragment; what the user wrote stands in backticks. */
  readonly message: string;
  readonly help?: string;
}

/**
 * Reads a JsonLogic expression without running it: which facts it needs, and everything that is wrong with it.
 *
 * Sound means that json-logic-js can never throw on it, reach a prototype, or grow a value beyond the expression and
 * the facts: operators are a closed list, facts are named by constants, and the body of an iteration (`map`, `filter`,
 * `reduce`, `all`, `some`, `none`) neither iterates again nor builds text or lists. So a run costs at most
 * nodes × the longest list.
 * @param knownFact whether a fact of this whole name exists; a dot belongs to the name (`attributes.risk`).
 */
export function analyseJsonLogic(rule: unknown, knownFact: (name: string) => boolean): JsonLogicAnalysis {
  const analysis = new Analysis(knownFact);
  if (isObject(rule)) analysis.visit(rule, [], "facts", 1);
  else analysis.refuse([], 'JsonLogic is an operation, such as `{ ">": [{ var: context_tokens }, 1000] }`');
  return { reads: [...analysis.reads], required: [...analysis.required], problems: analysis.problems };
}

/** What `var` means here: a fact, the element of an iteration, or `reduce`'s two names. */
type Scope = "facts" | "element" | "accumulator";
type Path = readonly (string | number)[];

const FEWER = "say it with less, or by several rules";

/** Names that lead from an object to its prototype; no fact may have one. */
const prototypeNames = new Set(["__proto__", "constructor", "prototype"]);

class Analysis {
  readonly reads = new Set<string>();
  readonly required = new Set<string>();
  readonly problems: JsonLogicProblem[] = [];
  private nodes = 0;

  constructor(private readonly knownFact: (name: string) => boolean) {}

  refuse(path: Path, message: string, help?: string): void {
    this.problems.push(help === undefined ? { path, message } : { path, message, help });
  }

  visit(value: unknown, path: Path, scope: Scope, depth: number): void {
    if (!this.hasRoomFor(1)) return;
    if (depth > MAX_JSON_LOGIC_DEPTH) {
      this.refuse(path, `the expression is nested more than ${MAX_JSON_LOGIC_DEPTH} deep`, FEWER);
    } else if (Array.isArray(value)) {
      if (scope !== "facts" && value.some(isObject)) {
        this.refuse(path, "the body of an iteration cannot build lists", "list only constants here");
      }
      for (const [index, item] of value.entries()) this.visit(item, [...path, index], scope, depth + 1);
    } else if (isObject(value)) {
      this.visitOperation(value, path, scope, depth);
    } else if (!isConstant(value)) {
      this.refuse(path, `\`${String(value)}\` is not a JSON value`);
    }
  }

  /** Counts values. When they are too many that is reported once, and nothing further is read. */
  private hasRoomFor(values: number): boolean {
    const had = this.nodes;
    this.nodes += values;
    if (this.nodes <= MAX_JSON_LOGIC_NODES) return true;
    if (had <= MAX_JSON_LOGIC_NODES) {
      this.refuse([], `the expression holds more than ${writeCount(MAX_JSON_LOGIC_NODES)} values`, FEWER);
    }
    return false;
  }

  private visitOperation(operation: object, path: Path, scope: Scope, depth: number): void {
    const keys = Object.keys(operation);
    const [operator] = keys;
    if (operator === undefined || keys.length > 1) {
      const found = operator === undefined ? "none" : keys.map((key) => `\`${key}\``).join(" and ");
      const help = operator === undefined ? 'write one: `{ "!": { var: stream } }`' : "join tests with `and` or `or`";
      this.refuse(path, `an operation has exactly one operator; found ${found}`, help);
      return;
    }
    const operatorPath = [...path, operator];
    const arity = jsonLogicOperators.get(operator);
    if (arity === undefined) {
      this.refuse(
        operatorPath,
        `\`${operator}\` is not an operator`,
        didYouMean(operator, jsonLogicOperators.keys()) ??
          `the operators are ${[...jsonLogicOperators.keys()].join(" ")}`,
      );
      return;
    }
    const written = (operation as Readonly<Record<string, unknown>>)[operator];
    // `{ "!": x }` is short for `{ "!": [x] }`.
    const values: readonly unknown[] = Array.isArray(written) ? written : [written];
    const pathOf = (index: number): Path => (Array.isArray(written) ? [...operatorPath, index] : operatorPath);
    if (operator === "var") {
      this.visitVar(values, operatorPath, pathOf, scope, depth);
      return;
    }
    if (values.length < arity.least || values.length > arity.most) {
      this.refuse(operatorPath, `\`${operator}\` takes ${describe(arity)}, not ${values.length}`);
      return;
    }
    if (operator === "missing" || operator === "missing_some") {
      this.visitMissing(operator, values, operatorPath, scope);
      return;
    }
    if (scope !== "facts" && (operator === "cat" || operator === "merge")) {
      this.refuse(operatorPath, `\`${operator}\` cannot stand in the body of an iteration`, "join after the iteration");
      return;
    }
    const iterates = jsonLogicIterations.has(operator);
    if (iterates && scope !== "facts") {
      const message = `\`${operator}\` cannot stand in the body of another iteration`;
      this.refuse(operatorPath, message, "put the inner iteration into the list that the outer one reads");
      return;
    }
    const bodyScope: Scope = operator === "reduce" ? "accumulator" : "element";
    for (const [index, value] of values.entries()) {
      this.visit(value, pathOf(index), iterates && index === 1 ? bodyScope : scope, depth + 1);
    }
  }

  private visitVar(
    values: readonly unknown[],
    path: Path,
    pathOf: (index: number) => Path,
    scope: Scope,
    depth: number,
  ) {
    const [name = ""] = values;
    if (values.length > 2) this.refuse(path, `\`var\` takes a name and a default, not ${values.length} arguments`);
    else if (scope === "facts") this.readFact(name, pathOf(0), values.length > 1);
    else if (scope === "element" && name !== "" && name !== null) {
      this.refuse(pathOf(0), `\`${show(name)}\` cannot be read here: \`var\` is the element`, 'write `{ var: "" }`');
    } else if (scope === "accumulator" && name !== "current" && name !== "accumulator") {
      const message = `\`${show(name)}\` cannot be read in the body of \`reduce\``;
      this.refuse(pathOf(0), message, "only `current` and `accumulator` are there");
    }
    if (values.length === 2) this.visit(values[1], pathOf(1), scope, depth + 1);
  }

  /** `missing: [a, b]` or `missing: [[a, b]]`; `missing_some: [1, [a, b]]`. They read facts but wait for none. */
  private visitMissing(operator: string, values: readonly unknown[], path: Path, scope: Scope): void {
    if (scope !== "facts") {
      this.refuse(path, `\`${operator}\` cannot stand in the body of an iteration`);
      return;
    }
    const [first, second] = values;
    if (operator === "missing_some") {
      if (typeof first !== "number")
        this.refuse([...path, 0], "`missing_some` begins with the number that must be there");
      if (Array.isArray(second)) this.readMissing(second, [...path, 1]);
      else this.refuse([...path, 1], "`missing_some` needs a list of fact names");
    } else if (Array.isArray(first)) {
      if (values.length > 1) this.refuse(path, "`missing` takes one list of fact names, or the names themselves");
      this.readMissing(first, [...path, 0]);
    } else {
      this.readMissing(values, path);
    }
  }

  private readMissing(names: readonly unknown[], path: Path): void {
    if (!this.hasRoomFor(names.length)) return;
    for (const [index, name] of names.entries()) this.readFact(name, [...path, index], true);
  }

  private readFact(name: unknown, path: Path, hasDefault: boolean): void {
    const readable =
      typeof name === "string" && !name.split(".").some((part) => prototypeNames.has(part)) && this.knownFact(name);
    if (!readable) {
      const isComputed = isObject(name) || Array.isArray(name);
      this.refuse(
        path,
        isComputed ? "the name of a fact must be written out, not computed" : `\`${show(name)}\` is not a fact`,
      );
      return;
    }
    this.reads.add(name);
    if (!hasDefault) this.required.add(name);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isConstant(value: unknown): boolean {
  return value === null || typeof value === "boolean" || typeof value === "string" || Number.isFinite(value);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

function describe({ least, most }: Arity): string {
  const count = (number: number) => `${number} argument${number === 1 ? "" : "s"}`;
  if (most === least) return count(least);
  return most === Number.POSITIVE_INFINITY ? `at least ${count(least)}` : `${least} to ${count(most)}`;
}
