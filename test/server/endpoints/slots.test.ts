import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Limits, type Release, Slots } from "../../../server/endpoints/slots.js";

const one: Limits = [{ name: "one", max: 1 }];
const two: Limits = [{ name: "two", max: 1 }];
const both: Limits = [...one, ...two];

function taken(release: Release | undefined): Release {
  if (release === undefined) throw new Error("there is no place");
  return release;
}

describe("Slots", () => {
  it("gives as many places as there are, and takes them back once", () => {
    const slots = new Slots();
    const release = taken(slots.take(one));
    expect(slots.take(one)).toBeUndefined();
    release();
    release();
    taken(slots.take(one));
    expect(slots.take(one)).toBeUndefined();
  });

  it("takes none of several places when one of them is missing", () => {
    const slots = new Slots();
    taken(slots.take(two));
    expect(slots.take(both)).toBeUndefined();
    expect(slots.used("one")).toBe(0);
  });

  it("hands a place that comes free to whoever waited longest for it, and never to a newcomer", () => {
    const slots = new Slots();
    const first = taken(slots.take(one));
    const served: string[] = [];
    const held: Release[] = [];
    const waitAs = (name: string, wanted: readonly Limits[]) =>
      slots.wait(wanted, (index, release) => {
        served.push(`${name} ${index}`);
        held.push(release);
      });
    taken(slots.take(two));
    waitAs("a", [two, one]);
    waitAs("b", [one]);
    const leave = waitAs("c", [one]);
    waitAs("d", [one]);
    leave();
    first();
    expect(slots.take(one)).toBeUndefined();
    held.shift()?.();
    held.shift()?.();
    expect(served).toEqual(["a 1", "b 0", "d 0"]);
  });

  it("never exceeds a limit, never leaves a place free that somebody waits for, and gives all back", () => {
    const act = fc.record({
      kind: fc.constantFrom("take", "wait", "release", "leave"),
      names: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }),
      which: fc.nat(),
    });
    const max: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3 };
    fc.assert(
      fc.property(fc.array(act, { maxLength: 150 }), (acts) => {
        const slots = new Slots();
        const held: Release[] = [];
        const waiting = new Map<symbol, { readonly limits: Limits; readonly leave: () => void }>();
        const isFree = (limits: Limits) => limits.every((limit) => slots.used(limit.name) < limit.max);
        for (const { kind, names, which } of acts) {
          const limits = names.map((name) => ({ name, max: max[name] ?? 0 }));
          if (kind === "take" || (kind === "wait" && isFree(limits))) {
            const release = slots.take(limits);
            if (release !== undefined) held.push(release);
          } else if (kind === "wait") {
            const id = Symbol();
            const leave = slots.wait([limits], (_, release) => {
              waiting.delete(id);
              held.push(release);
            });
            waiting.set(id, { limits, leave });
          } else if (kind === "release" && held.length > 0) held.splice(which % held.length, 1)[0]?.();
          else if (kind === "leave" && waiting.size > 0) {
            const [id] = [...waiting.keys()];
            if (id !== undefined) {
              waiting.get(id)?.leave();
              waiting.delete(id);
            }
          }
          for (const [name, limit] of Object.entries(max)) expect(slots.used(name)).toBeLessThanOrEqual(limit);
          for (const { limits: wanted } of waiting.values()) expect(isFree(wanted)).toBe(false);
        }
        while (held.length > 0) held.shift()?.();
        expect([waiting.size, slots.used("a"), slots.used("b"), slots.used("c")]).toEqual([0, 0, 0, 0]);
      }),
      { seed: 20_261_125, numRuns: 300 },
    );
  });
});
