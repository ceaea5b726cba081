import { endOfString, readKey, skipSpace } from "./model-splice.js";

/** How many keys a parsed body holds, at every depth. Of a key that is written twice, parsing has kept one. */
export function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) count += 1 + countKeys(object[name]);
  return count;
}

const QUOTE = 0x22;
const COLON = 0x3a;

/**
 * The first key that an object of a JSON body holds twice. It looks at every key, so it is for bodies that are known to
 * hold one ({@link countKeys}).
 */
export function findDuplicateKey(body: Buffer): string | undefined {
  const open: (Set<string> | undefined)[] = []; // of a list: undefined
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      const end = endOfString(body, at);
      const keys = open.at(-1);
      if (keys !== undefined && body[skipSpace(body, end)] === COLON) {
        const key = readKey(body, at, end);
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end - 1;
    } else if (byte === 0x7b) open.push(new Set());
    else if (byte === 0x5b) open.push(undefined);
    else if (byte === 0x7d || byte === 0x5d) open.pop();
  }
  return undefined;
}
