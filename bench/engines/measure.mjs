import { parseRequest } from "./requests.mjs";

/** Requests between two readings of the clock; few enough that they and their strings are still in the cache. */
const BATCH = 64;
const SLOW_NS = 100_000;
const TOO_SLOW_NS = 1_500_000;

/** Keeps what was decided, so that nothing can be left out as unused. */
export let sink = 0;

/**
 * Nanoseconds a decision: median, least and most over the rounds, in which all contenders take turns. A contender slower than
 * 1.5 ms a decision is measured for a few requests only (`rough`).
 */
export async function measure(contenders, requests, rounds, parse = parseRequest) {
  const time = (decide, from, count) => timeBatch(decide, requests, parse, from, count);
  const timings = [];
  for (const contender of contenders) {
    // Warm up, and see how slow it is.
    // The least of all samples: on a busy machine any single one may have waited for its turn.
    let ns = await time(contender.decide, 0, 4);
    const end = performance.now() + 400;
    for (let at = 0; performance.now() < end; at += BATCH)
      ns = Math.min(ns, await time(contender.decide, at, ns > SLOW_NS ? 4 : BATCH));
    timings.push({
      contender,
      samples: ns > TOO_SLOW_NS ? [ns] : [],
      batch: ns > SLOW_NS ? 8 : BATCH,
      rough: ns > TOO_SLOW_NS,
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contender, samples, batch, rough } of timings) {
      if (rough) continue;
      // Fast contenders are read more often a round: their batches are short.
      const repeats = batch === BATCH ? 12 : 1;
      for (let repeat = 0; repeat < repeats; repeat++) {
        samples.push(await time(contender.decide, (round * repeats + repeat) * BATCH, batch));
      }
    }
  }
  return timings.map(({ contender: { name, loadMs }, samples, rough }) => {
    const ascending = samples.sort((one, other) => one - other);
    return {
      name,
      loadMs,
      rough,
      median: ascending[ascending.length >> 1],
      least: ascending[0],
      most: ascending.at(-1),
    };
  });
}

async function timeBatch(decide, requests, parse, from, count) {
  const batch = Array.from({ length: count }, (_, at) => parse(requests[(from + at) % requests.length]));
  const before = process.hrtime.bigint();
  const first = decide(batch[0]);
  if (first instanceof Promise) {
    await first;
    for (let at = 1; at < count; at++) sink += await decide(batch[at]);
  } else {
    for (let at = 1; at < count; at++) sink += decide(batch[at]);
  }
  return Number(process.hrtime.bigint() - before) / count;
}
