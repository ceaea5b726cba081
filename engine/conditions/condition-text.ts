import type { Span } from "../diagnostics/diagnostic.js";
import type { Bound, Condition, JsonValue } from "./condition.js";

/** What stands in the text for a condition that several rules share. */
const SCOPE = "scope";

/** A node as JSON: its kind, its fields in the order of {@link fieldsOf}, its place. */
type Packed = readonly JsonValue[];
/** `[start, end]` in the file that is understood, else `[start, end, file]`. */
export type PackedSpan = readonly [number, number] | readonly [number, number, string];

const fieldsOf: {
  readonly [Kind in Condition["kind"]]: readonly Exclude<keyof Extract<Condition, { kind: Kind }>, "kind" | "span">[];
} = {
  all: ["conditions"],
  any: ["conditions"],
  not: ["condition"],
  present: ["fact", "expected"],
  "one-of": ["fact", "values"],
  prefix: ["fact", "prefix"],
  glob: ["fact", "pattern"],
  range: ["fact", "min", "max"],
  boolean: ["fact", "expected"],
  set: ["fact", "quantifier", "tags"],
  time: ["fact", "days", "fromMinute", "toMinute", "tz"],
  logic: ["rule", "reads", "required"],
};

/**
 * A condition as a short text, about a fifth of what its objects take in memory: JSON without the names of fields.
 * @param file where most of it stands.
 * @param scopes stand as their numbers.
 */
export function writeConditionText(
  condition: Condition,
  file: string,
  scopes: ReadonlyMap<Condition, number> = new Map(),
): string {
  const pack = (node: Condition): Packed => {
    const scope = scopes.get(node);
    if (scope !== undefined) return [SCOPE, scope];
    const values = fieldsOf[node.kind].map((field) => packField(field, (node as unknown as Fields)[field]));
    return [node.kind, ...values, ...packSpan(node.span, file)];
  };
  const packField = (field: string, value: unknown): JsonValue => {
    switch (field) {
      case "conditions":
        return (value as readonly Condition[]).map(pack);
      case "condition":
        return pack(value as Condition);
      case "min":
      case "max":
        return value === undefined ? null : [(value as Bound).value, (value as Bound).inclusive];
      default:
        return value as JsonValue;
    }
  };
  return JSON.stringify(pack(condition));
}

type Fields = Readonly<Record<string, unknown>>;

/** The condition that {@link writeConditionText} wrote, as new objects; scopes are those given. */
export function readConditionText(text: string, file: string, scopes: readonly Condition[] = []): Condition {
  const unpack = (packed: Packed): Condition => {
    const [kind, ...rest] = packed as readonly [Condition["kind"] | typeof SCOPE, ...JsonValue[]];
    if (kind === SCOPE) return scopes[rest[0] as number] as Condition;
    const fields = fieldsOf[kind];
    const node: Record<string, unknown> = { kind };
    for (const [at, field] of fields.entries()) {
      const value = unpackField(field, rest[at] as JsonValue);
      if (value !== undefined) node[field] = value;
    }
    node["span"] = unpackSpan(rest.slice(fields.length) as unknown as PackedSpan, file);
    return node as unknown as Condition;
  };
  const unpackField = (field: string, value: JsonValue): unknown => {
    switch (field) {
      case "conditions":
        return (value as readonly Packed[]).map(unpack);
      case "condition":
        return unpack(value as Packed);
      case "min":
      case "max":
        return value === null ? undefined : unpackBound(value as readonly [number, boolean]);
      default:
        return value;
    }
  };
  return unpack(JSON.parse(text) as Packed);
}

function unpackBound([value, inclusive]: readonly [number, boolean]): Bound {
  return { value, inclusive };
}

/** @param file that is understood. */
export function packSpan({ file: own, start, end }: Span, file: string): PackedSpan {
  return own === file ? [start, end] : [start, end, own];
}

export function unpackSpan([start, end, own]: PackedSpan, file: string): Span {
  return { file: own ?? file, start, end };
}
