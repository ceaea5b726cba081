import { createHash } from "node:crypto";

/** The beginning of a text's SHA-256 in hexadecimal: what stands for a name or id that is too long, the same each time. */
export function shortHash(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
