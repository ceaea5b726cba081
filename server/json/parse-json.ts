import type { BufferList } from "./buffer-list.js";
import { decode, LateText, putLateText, type TextPlace } from "./late-text.js";

export interface ParsedJson {
  readonly value: unknown;
  /** How many keys it holds, at every depth. Of a key that is written twice, parsing has kept one. */
  readonly keys: number;
}

/**
 * `JSON.parse`, but for the long texts of a body, which stay in its bytes until somebody reads them.
 *
 * The parser gets a body in which each long text has a short string in its place, `"\u0000N"`. A JSON text stays what it is when a
 * valid string takes the place of another one that is no key; so it takes the one when it takes the other, and finds the same
 * values in it, but for these.
 *
 * @param json valid UTF-8; it is not needed any more afterwards.
 * @param longTexts in their order: valid strings that are no keys. No string of `json` begins with U+0000 unless there are none.
 * @param kept the same bytes: long texts are read from here.
 * @throws SyntaxError
 */
export function parseJson(json: Buffer, longTexts: readonly TextPlace[], kept: BufferList): ParsedJson {
  const value: unknown = JSON.parse(longTexts.length === 0 ? decode(json) : shortened(json, longTexts));
  const lateText = (text: string): LateText | undefined => {
    if (longTexts.length === 0 || text.charCodeAt(0) !== 0) return undefined;
    return new LateText(kept, longTexts[Number(text.slice(1))] as TextPlace);
  };
  return { value, keys: putBack(value, lateText) };
}

function shortened(json: Buffer, longTexts: readonly TextPlace[]): string {
  let short = "";
  let at = 0;
  longTexts.forEach(({ start, end }, index) => {
    short += `${decode(json.subarray(at, start))}"\\u0000${index}"`;
    at = end;
  });
  return short + decode(json.subarray(at));
}

/** Puts the late texts in their places. @returns how many keys there are. */
function putBack(value: unknown, lateText: (text: string) => LateText | undefined): number {
  if (typeof value !== "object" || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "string") value[index] = lateText(item)?.text ?? item;
      else keys += putBack(item, lateText);
    }
    return keys;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) {
    keys++;
    const item = object[name];
    if (typeof item === "string") {
      const late = lateText(item);
      if (late !== undefined) putLateText(object, name, late);
    } else keys += putBack(item, lateText);
  }
  return keys;
}
