/** Rank of each entry of a vocabulary; an entry is its bytes, each as the character of that code (Latin-1). */
export type TokenRanks = Pick<ReadonlyMap<string, number>, "get" | "has">;

/** No entry of o200k_base is longer, in bytes. */
const LONGEST_ENTRY = 128;
/** Heap items are rank × 2^32 + place: the lowest rank first, and of equals the leftmost. */
const PLACES = 2 ** 32;

/**
 * How many tokens byte-pair encoding makes of one piece: beginning with single bytes, the two neighbours whose union has
 * the lowest rank are joined, the leftmost first, until no union is an entry.
 *
 * With a heap the time is n log n: 64 KB of one letter take about 0.1 s. (Searching all pairs for each join, as tokenizer
 * libraries do, takes seconds; anybody may send such a text.)
 *
 * @param bytes Latin-1, see {@link TokenRanks}; not empty. Every single byte must be an entry.
 * @param tick called now and then; may throw to stop.
 */
export function countMergedTokens(bytes: string, ranks: TokenRanks, tick: () => void): number {
  const length = bytes.length;
  // The token that begins at a place ends at `end`; `start` leads from the end of a token back to its beginning.
  const end = new Int32Array(length);
  const start = new Int32Array(length + 1);
  const rankAt = new Int32Array(length);
  const heap: number[] = [];

  const rankPair = (place: number): void => {
    const middle = end[place] ?? length;
    const stop = middle < length ? (end[middle] ?? length) : length;
    const isPair = middle < length && stop - place <= LONGEST_ENTRY;
    const rank = isPair ? (ranks.get(bytes.slice(place, stop)) ?? -1) : -1;
    rankAt[place] = rank;
    if (rank !== -1) push(heap, rank * PLACES + place);
  };

  for (let place = 0; place < length; place++) {
    end[place] = place + 1;
    start[place + 1] = place;
  }
  for (let place = 0; place < length; place++) rankPair(place);

  let tokens = length;
  for (let turns = 0; heap.length > 0; turns++) {
    if ((turns & 0x3ff) === 0x3ff) tick();
    const item = pop(heap);
    const place = item % PLACES;
    // Stale: since it was pushed, this pair was joined or one of the two became longer.
    if (rankAt[place] !== (item - place) / PLACES) continue;
    const middle = end[place] ?? length;
    const stop = end[middle] ?? length;
    end[place] = stop;
    start[stop] = place;
    rankAt[middle] = -1;
    tokens--;
    rankPair(place);
    if (place > 0) rankPair(start[place] ?? 0);
  }
  return tokens;
}

function push(heap: number[], item: number): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    const above = heap[parent] ?? 0;
    if (above <= item) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

/** Takes the smallest item out of a heap that is not empty. */
function pop(heap: number[]): number {
  const smallest = heap[0] ?? 0;
  const item = heap.pop() ?? 0;
  const size = heap.length;
  if (size === 0) return smallest;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
    const below = heap[child] ?? 0;
    if (below >= item) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = item;
  return smallest;
}
