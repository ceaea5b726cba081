/** A JSON object whose fields nobody has looked at yet. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; none when it is not a list. */
export function objectsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What somebody sent, as it is named in a sentence or looked up. `String` throws for an object whose `toString` is no function. */
export function wordOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}

/** A count of tokens; undefined when it is missing or impossible: unknown is not zero. */
export function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** @returns the JSON object a text holds; undefined when it holds anything else. */
export function parseJsonObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // the caller says what that means
  }
}

/** JSON that nests deeper can be read, but not be written again everywhere: V8's stack ends at some thousands of levels. */
const MOST_LEVELS = 1_000;

/** The same; undefined also for what nests too deep to be written again, within something else. */
export function parseWritableObject(text: string): Json | undefined {
  const object = parseJsonObject(text);
  return object !== undefined && text.length > 2 * MOST_LEVELS && nestsDeeper(object, MOST_LEVELS) ? undefined : object;
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1));
}

/** Without the keys whose value is undefined. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
