import { LogicEngine } from "json-logic-engine";
import { expressionOf } from "./json-logic.mjs";

/** One compiled function a rule (it writes JavaScript and evaluates it). */
export const name = "json-logic-engine";

export function load(rules) {
  const engine = new LogicEngine();
  const functions = rules.map((rule) => engine.build(expressionOf(rule)));
  return (facts) => {
    for (let at = 0; at < functions.length; at++) if (functions[at](facts)) return at;
    return functions.length;
  };
}
