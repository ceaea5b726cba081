import type { LocatedScalar } from "../source/located.js";
import { normalizeTag } from "../units/tags.js";
import { parseTokens } from "../units/tokens.js";

/** What the values under a key are; `verbatim` values are left as they are, also further down. */
export type Role = "plain" | "tokens" | "tags" | "duration" | "verbatim" | "attribute" | "set-attribute";

const tokenKeys = new Set(["context_tokens", "max_output_tokens", "context_window"]);
/** Every number under these is a duration. */
const durationMaps = new Set(["timeouts", "cache", "health_check"]);
/** Under these stand names and texts of the author's own, or another language. */
const verbatimKeys = new Set([
  ...["logic", "headers", "simulate", "pools", "weights", "excluded", "latency_ms", "in_flight", "error_rate"],
]);

/**
 * The role of the value under a key.
 * @param path the keys from the root to the map that holds the key; list items have no name.
 * @param setAttributes names (`attributes.NAME`) of the custom facts that are sets.
 */
export function roleOf(
  role: Role,
  path: readonly string[],
  key: string,
  isSetDefinition: boolean,
  setAttributes: ReadonlySet<string>,
): Role {
  if (role !== "plain" && role !== "attribute" && role !== "set-attribute") return role;
  const [section] = path;
  if (section === "attributes") {
    if (path.length === 1) return isSetDefinition ? "set-attribute" : "attribute";
    return role === "set-attribute" && key === "default" ? "tags" : "verbatim";
  }
  if (path.length === 1 && (section === "providers" || section === "models")) return "plain";
  if (verbatimKeys.has(key)) return "verbatim";
  if (tokenKeys.has(key)) return "tokens";
  if (durationMaps.has(key)) return "duration";
  return key === "tags" || key === "key_tags" || setAttributes.has(key) ? "tags" : "plain";
}

/** A scalar with its value in the one form of its role; the same scalar when there is nothing to change. */
export function canonicalScalar(scalar: LocatedScalar, role: Role): LocatedScalar {
  const { value } = scalar;
  switch (role) {
    case "tokens":
      return value === null || typeof value === "boolean" ? scalar : (withUnit(scalar, canonicalTokens) ?? scalar);
    case "duration":
      return typeof value === "number" ? (withUnit(scalar, canonicalDuration) ?? scalar) : scalar;
    case "tags": {
      const tag = typeof value === "string" ? normalizeTag(value) : undefined;
      return tag === undefined ? scalar : { ...scalar, value: tag, source: tag };
    }
    case "verbatim":
      return scalar;
    default:
      // `.5` is allowed and easily misread.
      return typeof value === "number" && scalar.source.startsWith(".")
        ? { ...scalar, source: `0${scalar.source}` }
        : scalar;
  }
}

function withUnit(scalar: LocatedScalar, write: (source: string) => string | undefined): LocatedScalar | undefined {
  const source = write(scalar.source);
  if (source === undefined) return undefined;
  return { ...scalar, source, value: /^\d+$/.test(source) ? Number(source) : source };
}

/** `M` (at most two decimals) and `k` where exact; `Mi` and `Ki` where they were written; else the plain number. */
function canonicalTokens(source: string): string | undefined {
  const tokens = parseTokens(source);
  if (tokens === undefined) return undefined;
  if (tokens >= 1_000_000 && tokens % 10_000 === 0) return `${tokens / 1_000_000}M`;
  if (tokens > 0 && tokens % 1_000 === 0) return `${tokens / 1_000}k`;
  if (!source.endsWith("i") || tokens === 0) return String(tokens);
  if (tokens % 1_048_576 === 0) return `${tokens / 1_048_576}Mi`;
  return tokens % 1_024 === 0 ? `${tokens / 1_024}Ki` : String(tokens);
}

/** A plain number of milliseconds gets its unit: whole seconds as `30s`, the rest as `800ms`. */
function canonicalDuration(source: string): string | undefined {
  if (!/^\d{1,8}$/.test(source)) return undefined;
  const ms = Number(source);
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
