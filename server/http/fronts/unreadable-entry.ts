import { isObject, type Json } from "../../json/json.js";

/** What is wrong with an entry of a body, with the path of what is: `messages[0].content[1].text: it takes a text`. */
export type Unreadable = string | undefined;

/** Entries that something must have as texts, by its type. */
export type RequiredTexts = Readonly<Record<string, readonly string[]>>;

export function namesFor(type: unknown, required: RequiredTexts): readonly string[] {
  return typeof type === "string" && Object.hasOwn(required, type) ? (required[type] ?? []) : [];
}

/** The first of these that is no text. */
export function notText(object: Json, names: readonly string[], path: string): Unreadable {
  const name = names.find((one) => typeof object[one] !== "string");
  return name === undefined ? undefined : `${path}.${name}: it takes a text`;
}

/** The first item of a list that is no object, or of which `check` says something. What is no list is none. */
export function firstUnreadable(
  list: unknown,
  path: string,
  check: (item: Json, path: string) => Unreadable = () => undefined,
): Unreadable {
  if (!Array.isArray(list)) return undefined;
  for (const [at, item] of list.entries()) {
    const place = `${path}[${at}]`;
    const wrong = isObject(item) ? check(item, place) : `${place}: it takes an object`;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
