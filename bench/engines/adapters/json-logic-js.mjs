import jsonLogic from "json-logic-js";
import { expressionOf } from "./json-logic.mjs";

export const name = "json-logic-js";

export function load(rules) {
  const expressions = rules.map(expressionOf);
  return (facts) => {
    for (let at = 0; at < expressions.length; at++) if (jsonLogic.apply(expressions[at], facts)) return at;
    return expressions.length;
  };
}
