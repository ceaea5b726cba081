import { describe, expect, it } from "vitest";
import { indexCatalog } from "../../../engine/rank/catalog-index.js";
import { Draw } from "../../../engine/rank/draw.js";
import { orderByScore } from "../../../engine/rank/order-candidates.js";
import { Random } from "../../differential/random.js";
import { catalogOf, routeOf } from "./harness.js";

const seed = 20261126;

describe("orderByScore()", () => {
  const { entries } = indexCatalog(
    catalogOf(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`a/m${at}`, {}]))),
  );
  const draw = new Draw("session");
  const context = {
    route: routeOf({ to: [] }),
    world: {},
    promptTokens: undefined,
    maxOutputTokens: undefined,
    draw,
    worldDraw: undefined,
  };

  it.each([
    ["as written", false],
    ["as drawn", true],
  ])(`orders any number of candidates: no score last, equals ${"%s"} (seed ${seed})`, (_, breaksTies) => {
    const random = new Random(seed);
    for (let round = 0; round < 200; round++) {
      const candidates = entries
        .slice(0, random.integer(0, entries.length))
        .map((entry) => ({ entry, cost: undefined, latencyMs: undefined }));
      const scores = candidates.map(() => random.pick([undefined, 0, 1, 2.5]));
      const ordered = orderByScore(candidates, () => scores, context, breaksTies);
      const expected = candidates
        .map(({ entry }, at) => ({
          id: entry.endpoint.id,
          score: scores[at],
          tie: breaksTies ? draw.keyOf(entry.endpoint.id, 1) : at,
        }))
        .sort((a, b) => (a.score ?? 9) - (b.score ?? 9) || a.tie - b.tie);
      expect(ordered.map(({ entry, score }) => ({ id: entry.endpoint.id, score }))).toEqual(
        expected.map(({ id, score }) => ({ id, score })),
      );
    }
  });
});
