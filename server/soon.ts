/**
 * A value that is there already, or comes later. Of most steps of a request the first is true, and a promise for each costs more
 * than the steps themselves: look with `instanceof Promise`, or await it where that does not matter.
 */
export type Soon<Value> = Value | Promise<Value>;
