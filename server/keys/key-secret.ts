import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** Letters of an id: no look-alikes, 32 of them, so a byte gives one without bias. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const ID_LETTERS = 12;
/** 256 bits: it cannot be guessed, so a plain hash keeps it safe; slow hashes are for what people choose. */
const SECRET_BYTES = 32;
const TOKEN = /^rw_[0-9a-hjkmnp-tv-z]{12}_[A-Za-z0-9_-]{43}$/;
const ID_AT = "rw_".length;

/** A token taken apart. */
export interface KeyToken {
  readonly id: string;
  readonly secret: string;
}

/** @returns a new id: `key_` and 12 letters (60 bits). */
export function newKeyId(): string {
  return `key_${[...randomBytes(ID_LETTERS)].map((byte) => LETTERS[byte & 31]).join("")}`;
}

/** @returns a new secret: 256 random bits, 43 letters. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** What the client sends as its API key: `rw_ID_SECRET`. The prefix lets scanners for leaked secrets find it. */
export function writeToken({ id, secret }: KeyToken): string {
  return `rw_${id.slice("key_".length)}_${secret}`;
}

/** @returns undefined when the text is not of our form. */
export function readToken(text: string): KeyToken | undefined {
  if (!TOKEN.test(text)) return undefined;
  return { id: `key_${text.slice(ID_AT, ID_AT + ID_LETTERS)}`, secret: text.slice(ID_AT + ID_LETTERS + 1) };
}

/** SHA-256, hex: what is stored of a secret. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** Compares in constant time. @param stored hashes, 64 hex digits each. @returns for each whether it is of this secret. */
export function areSecretOf(stored: readonly string[], secret: string): readonly boolean[] {
  const found = Buffer.from(hashSecret(secret), "latin1"); // the digest's letters: making them takes less than a Buffer of its bytes
  return stored.map((one) => timingSafeEqual(found, Buffer.from(one, "latin1")));
}
