/** How many arguments an operator takes. */
export interface Arity {
  readonly least: number;
  readonly most: number;
}

const exactly = (count: number): Arity => ({ least: count, most: count });
const between = (least: number, most: number): Arity => ({ least, most });
const atLeast = (least: number): Arity => ({ least, most: Number.POSITIVE_INFINITY });

/**
 * The operators of json-logic-js 2.0 that a policy may use: all but `log` (writes to the console) and `method` (calls
 * methods by name). Closed: an operator that is not here is refused when the policy is read, not when a request comes.
 */
export const jsonLogicOperators: ReadonlyMap<string, Arity> = new Map([
  ["var", between(1, 2)],
  ["missing", atLeast(1)],
  ["missing_some", exactly(2)],
  ["if", atLeast(2)],
  ["?:", exactly(3)],
  ["and", atLeast(1)],
  ["or", atLeast(1)],
  ["!", exactly(1)],
  ["!!", exactly(1)],
  ["==", exactly(2)],
  ["===", exactly(2)],
  ["!=", exactly(2)],
  ["!==", exactly(2)],
  ["<", between(2, 3)],
  ["<=", between(2, 3)],
  [">", exactly(2)],
  [">=", exactly(2)],
  ["+", atLeast(1)],
  ["-", between(1, 2)],
  ["*", atLeast(1)],
  ["/", exactly(2)],
  ["%", exactly(2)],
  ["min", atLeast(1)],
  ["max", atLeast(1)],
  ["in", exactly(2)],
  ["cat", atLeast(1)],
  ["substr", between(2, 3)],
  ["merge", atLeast(1)],
  ["map", exactly(2)],
  ["filter", exactly(2)],
  ["reduce", exactly(3)],
  ["all", exactly(2)],
  ["some", exactly(2)],
  ["none", exactly(2)],
]);

/** The operators whose second argument runs once for each element of the first. */
export const jsonLogicIterations: ReadonlySet<string> = new Set(["map", "filter", "reduce", "all", "some", "none"]);
