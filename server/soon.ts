/**
 * A value that is there already, or comes later. Of most steps of a request the first is true, and a promise for each costs more
 * than the steps themselves: `andThen` goes on with it, `instanceof Promise` tells; await it where that does not matter.
 */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with the value: at once, where it is there. */
export function andThen<Value, Next>(value: Soon<Value>, next: (value: Value) => Soon<Next>): Soon<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}
