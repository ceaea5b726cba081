/** Crockford's base 32: no I, L, O, U; sorts as its values do. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_LETTERS = 10;
const RANDOM_LETTERS = 16;
/** `dec_` and the time. */
const HEAD_LETTERS = 4 + TIME_LETTERS;
const ID_LETTERS = HEAD_LETTERS + RANDOM_LETTERS;
/** Of an id: `dec_` and seven letters of its time, which the ids of 33 seconds have in common. */
const SHARED_LETTERS = 11;
/** A clock that goes back by more, milliseconds, was wrong before: ids that did not follow it would have the wrong time until it has caught up. */
const MOST_BACK_MS = 60_000;

/**
 * Makes ids of decisions: `dec_` and a ULID (48 bits of milliseconds, 80 random bits). As text they sort by time, and
 * those of one process also within a millisecond, where the random part counts up.
 *
 * @param now epoch milliseconds; a clock that goes back by no more than a minute does not make ids go back.
 * @param random gives that many random bytes (node:crypto's `randomBytes`).
 */
export function createDecisionIds(now: () => number, random: (bytes: number) => Uint8Array): () => string {
  let lastMs = -1;
  /** The id in ASCII: text put together letter by letter is copied again when it is first looked at. */
  const letters = Buffer.alloc(ID_LETTERS);
  /** The random part, most significant first, five bits each; it counts up within a millisecond. */
  const digits = new Uint8Array(RANDOM_LETTERS);
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  const draw = () => {
    if (used + RANDOM_LETTERS > pool.length) {
      pool = random(RANDOM_LETTERS * 64);
      used = 0;
    }
    for (let at = 0; at < RANDOM_LETTERS; at++) digits[at] = (pool[used + at] ?? 0) & 31;
    used += RANDOM_LETTERS;
    digits[0] = (digits[0] ?? 0) & 15; // room to count up
  };
  return () => {
    const ms = Math.floor(now());
    if (ms > lastMs || ms < lastMs - MOST_BACK_MS) {
      lastMs = ms;
      letters.write(idsFrom(ms), "latin1");
      draw();
    } else {
      countUp(digits);
    }
    for (let at = 0; at < RANDOM_LETTERS; at++) letters[HEAD_LETTERS + at] = ALPHABET.charCodeAt(digits[at] ?? 0);
    return letters.toString("latin1");
  };
}

/**
 * What the ids of a millisecond begin with: ids made before sort before it, those made since do not.
 * @param ms epoch milliseconds; before 1970 counts as 1970.
 */
export function idsFrom(ms: number): string {
  return `dec_${base32(Math.max(0, ms), TIME_LETTERS)}`;
}

/**
 * The span of ids that may be in one batch: its ids begin alike. So whoever looks for an id looks at the batches of half a
 * minute only, though streams that took long are recorded together with short requests.
 */
export function spanOf(id: string): string {
  return id.slice(0, SHARED_LETTERS);
}

/** No id of a span sorts after this. */
export function endOfSpan(id: string): string {
  return `${spanOf(id)}~`;
}

function countUp(digits: Uint8Array): void {
  for (let at = digits.length - 1; at >= 0; at--) {
    const next = ((digits[at] ?? 0) + 1) & 31;
    digits[at] = next;
    if (next !== 0) return;
  }
}

function base32(value: number, letters: number): string {
  let text = "";
  for (let rest = value, count = 0; count < letters; count++, rest = Math.floor(rest / 32)) {
    text = ALPHABET.charAt(rest % 32) + text;
  }
  return text;
}
