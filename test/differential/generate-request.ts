import type { Facts, FactValue } from "../../engine/evaluate/facts.js";
import type { Random } from "./random.js";
import { factDefinitions, strings, tags, thresholds } from "./vocabulary.js";

/**
 * A request at the edges of what conditions ask: numbers beside each threshold, strings and tags that no condition
 * names, absent facts (a third of them, or nearly all), instants around midnight and both DST changes.
 */
export function generateRequest(random: Random): Facts {
  const facts: Record<string, FactValue> = {};
  const absent = random.chance(0.1) ? 0.85 : random.chance(0.2) ? 0 : 0.3;
  for (const { name, type } of factDefinitions) {
    if (random.chance(absent)) continue;
    switch (type) {
      case "string":
        facts[name] = random.chance(0.15)
          ? random.pick(["unknown", "", "open", "eu-"])
          : random.pick(strings[name] ?? []);
        break;
      case "number":
        facts[name] = generateNumber(random, name);
        break;
      case "boolean":
        facts[name] = random.chance(0.5);
        break;
      case "set":
        facts[name] = random.chance(0.1) ? [] : random.some([...tags, "unknown", "other"], 5);
        break;
      case "time":
        facts[name] = generateTime(random);
    }
  }
  return facts as Facts;
}

function generateNumber(random: Random, name: string): number {
  const compared = random.pick(thresholds[name] ?? []);
  if (name === "spend_ratio") return Math.max(0, compared + random.pick([-0.001, 0, 0.001]));
  const value = compared + random.pick([-1, 0, 0, 1]);
  // Half a nano-dollar above rounds up, a little less rounds down.
  if (name === "budget_usd") return Math.max(0, value + random.pick([0, 0, 0.5, 0.4])) / 1e9;
  return value;
}

const DAY = 86_400_000;
const instants = [
  // Europe/Berlin and America/New_York change clocks; Australia/Lord_Howe moves by half an hour.
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
  Date.UTC(2026, 2, 8, 7),
  Date.UTC(2026, 10, 1, 6),
  Date.UTC(2026, 3, 4, 15),
  Date.UTC(2026, 9, 3, 15, 30),
  Date.UTC(2026, 10, 24),
  Date.UTC(2026, 11, 31, 23, 59, 59, 999),
];

function generateTime(random: Random): number {
  const around = random.pick([-3_600_000, -1_800_000, -60_000, -1, 0, 1, 60_000, 3_600_000]);
  return random.pick(instants) + random.integer(-3, 3) * DAY + around * random.integer(0, 12);
}
