import { QUOTE, StringScanner } from "../../json/string-scanner.js";
import { readKey, skipSpace } from "./scan-body.js";

const COLON = 0x3a;

/**
 * The first key that an object of a JSON body holds twice, at any depth. It keeps every key: bodies of clients, which are many, are
 * counted first and come here only when fewer keys were parsed than stand there.
 * @param body valid JSON.
 */
export function findDuplicateKey(body: Buffer): string | undefined {
  const strings = new StringScanner(body);
  const open: (Set<string> | undefined)[] = []; // of a list: undefined
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      const end = strings.closingQuote(at) + 1;
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
