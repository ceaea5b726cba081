/** Crockford's base 32: no I, L, O, U; sorts as its values do. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_LETTERS = 10;
const RANDOM_BYTES = 10;

/**
 * Makes ids of decisions: `dec_` and a ULID (48 bits of milliseconds, 80 random bits). As text they sort by time, and
 * those of one process also within a millisecond, where the random part counts up.
 *
 * @param now epoch milliseconds; a clock that goes back does not make ids go back.
 * @param random gives that many random bytes (node:crypto's `randomBytes`).
 */
export function createDecisionIds(now: () => number, random: (bytes: number) => Uint8Array): () => string {
  let lastMs = -1;
  let counter = 0n;
  return () => {
    const ms = Math.floor(now());
    if (ms > lastMs) {
      lastMs = ms;
      counter = random(RANDOM_BYTES).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 1n; // room to count up
    } else {
      counter += 1n;
    }
    return `dec_${base32(BigInt(lastMs), TIME_LETTERS)}${base32(counter, 16)}`;
  };
}

function base32(value: bigint, letters: number): string {
  let text = "";
  for (let rest = value, count = 0; count < letters; count++, rest >>= 5n) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
  }
  return text;
}
