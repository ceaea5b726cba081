import { describe, expect, it } from "vitest";
import { CoolDowns, MAX_COOL_DOWN_MS } from "../../../server/endpoints/cool-downs.js";

describe("CoolDowns", () => {
  it("last as long as was asked, at most a minute", () => {
    const coolDowns = new CoolDowns();
    expect(coolDowns.active(0)).toBeUndefined();
    coolDowns.begin("b", 1_000, 0);
    coolDowns.begin("a", 3_600_000, 0);
    coolDowns.begin("c", 0, 0);
    expect(coolDowns.active(999)).toEqual(["a", "b"]);
    expect(coolDowns.remainingMs("b", 400)).toBe(600);
    expect(coolDowns.active(1_000)).toEqual(["a"]);
    expect(coolDowns.active(MAX_COOL_DOWN_MS)).toBeUndefined();
    expect(coolDowns.remainingMs("a", MAX_COOL_DOWN_MS)).toBeUndefined();
  });

  it("are over when the clock was set back by more than they last", () => {
    const [hour, coolDowns] = [3_600_000, new CoolDowns()];
    coolDowns.begin("a", 1_000, hour);
    expect(coolDowns.remainingMs("a", 0)).toBeUndefined();
    expect(coolDowns.active(0)).toBeUndefined();
  });
});
