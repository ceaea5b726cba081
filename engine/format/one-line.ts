import type { Located, LocatedScalar } from "../source/located.js";
import { type Surroundings, writeText } from "./write-text.js";

/**
 * A value on one line, or undefined where it should not stand on one: it is longer than `width`, holds a text of
 * several lines, or is too tangled to be read at a glance: then a map with several keys holds at most lists and maps of
 * plain values, a list with several items at most maps of one key. A chain of single keys may be as deep as it likes,
 * and so may JsonLogic.
 */
export function oneLine(
  node: Located,
  surroundings: Surroundings,
  width: number,
  isLogic: boolean,
): string | undefined {
  if (node.kind === "scalar") return writeScalar(node, surroundings);
  const parts: string[] = [];
  const children = node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
  const deepest = node.kind === "map" ? 1 : 2;
  let length = 4;
  for (const [index, child] of children.entries()) {
    const isLogicChild = isLogic || (node.kind === "map" && node.entries[index]?.key === "logic");
    if (children.length > 1 && !isLogicChild) {
      if (heightOf(child) > deepest) return undefined;
      if (node.kind === "list" && child.kind === "map" && child.entries.length > 1) return undefined;
    }
    const text = oneLine(child, "flow", width - length, isLogicChild);
    if (text === undefined) return undefined;
    const part = node.kind === "map" ? `${writeText(node.entries[index]?.key ?? "", "flow")}: ${text}` : text;
    length += part.length + 2;
    if (length > width + 4) return undefined;
    parts.push(part);
  }
  if (parts.length === 0) return node.kind === "map" ? "{}" : "[]";
  const line = node.kind === "map" ? `{ ${parts.join(", ")} }` : `[${parts.join(", ")}]`;
  return line.length > width ? undefined : line;
}

function writeScalar({ value, source }: LocatedScalar, surroundings: Surroundings): string | undefined {
  if (typeof value === "string") return value.includes("\n") ? undefined : writeText(value, surroundings);
  if (typeof value === "number") return source;
  return String(value);
}

/** 0 for a plain value, 1 for a collection of plain values, and so on. */
function heightOf(node: Located): number {
  if (node.kind === "scalar") return 0;
  const children = node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
  return 1 + children.reduce((most, child) => Math.max(most, heightOf(child)), 0);
}
