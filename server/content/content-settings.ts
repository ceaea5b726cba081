import { readFileSync } from "node:fs";
import { readSwitch } from "../read-switch.js";
import { reasonOf } from "../reason-of.js";
import type { Redact } from "./redact.js";

/** How content is recorded (docs/content.md). */
export interface ContentSettings {
  /** Of a request and of its answer, each, as JSON: bytes. */
  readonly maxBytes: number;
  /** The operator's own patterns, in RE2's syntax. */
  readonly patterns: readonly string[];
}

const DEFAULT_KILOBYTES = 64;
const MAX_KILOBYTES = 10_240;
const DEFAULT_DAYS = 7;
const MAX_PATTERNS = 100;
const MAX_PATTERN_LENGTH = 1_000;

/**
 * Reads `RECORD_CONTENT`, `CONTENT_KILOBYTES` and `CONTENT_PATTERNS`.
 * @returns undefined when content is not recorded, which is the default.
 * @throws Error in words for the operator.
 */
export async function readContentSettings(environment: NodeJS.ProcessEnv): Promise<ContentSettings | undefined> {
  const isWanted = readSwitch(environment, "RECORD_CONTENT", "record prompts and answers");
  const { CONTENT_PATTERNS: file = "" } = environment;
  const kilobytes = readNumber(environment, "CONTENT_KILOBYTES", DEFAULT_KILOBYTES, MAX_KILOBYTES);
  if (!isWanted) return undefined;
  return { maxBytes: kilobytes * 1_000, patterns: file === "" ? [] : await readPatterns(file) };
}

/** Days that recorded content is kept, at most; it goes with its decision if that goes earlier. */
export function readContentDays(environment: NodeJS.ProcessEnv): number {
  return readNumber(environment, "CONTENT_DAYS", DEFAULT_DAYS, 3_650);
}

function readNumber(environment: NodeJS.ProcessEnv, name: string, standard: number, most: number) {
  const text = environment[name] || String(standard);
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= most)) {
    throw new Error(`${name} takes a whole number from 1 to ${most}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** One pattern a line; empty lines and those that begin with `#` are left out. */
async function readPatterns(file: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`CONTENT_PATTERNS: ${file} cannot be read: ${reasonOf(error)}`);
  }
  const lines = text.split(/\r?\n/).map((line, index) => ({ pattern: line.trim(), place: `${file}:${index + 1}` }));
  const patterns = lines.filter(({ pattern }) => pattern !== "" && !pattern.startsWith("#"));
  if (patterns.length > MAX_PATTERNS)
    throw new Error(`CONTENT_PATTERNS: ${file} has more than ${MAX_PATTERNS} patterns`);
  const { createRedactor } = await import("./redact.js"); // the engine is loaded only where it is used
  for (const { pattern, place } of patterns) {
    if (pattern.length > MAX_PATTERN_LENGTH) {
      throw new Error(`CONTENT_PATTERNS: ${place}: a pattern has at most ${MAX_PATTERN_LENGTH} characters`);
    }
    checkPattern(createRedactor, pattern, place);
  }
  return patterns.map(({ pattern }) => pattern);
}

function checkPattern(createRedactor: (patterns: readonly string[]) => Redact, pattern: string, place: string): void {
  let redact: (text: string) => string;
  try {
    redact = createRedactor([pattern]);
  } catch (error) {
    const why = reasonOf(error);
    throw new Error(`CONTENT_PATTERNS: ${place}: ${why} (RE2 syntax: no look-around, no back-references)`);
  }
  if (redact("") !== "")
    throw new Error(`CONTENT_PATTERNS: ${place}: it matches the empty text, so it matches everywhere`);
}
