import { afterEach, describe, expect, it } from "vitest";
import { shortWarnings } from "../../../server/http/short-warnings.js";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { anthropicServer } from "../providers/provider-servers.js";
import { stopAll } from "./harness.js";

afterEach(stopAll);

describe("warnings of a request", () => {
  const ofEachLength = Array.from({ length: 2_000 }, (_, i) => [`field-${i}`, 1] as const);

  it.each<[string, object]>([
    ["a field whose name is long", { ["x".repeat(100_000)]: 1 }],
    ["many fields", Object.fromEntries(ofEachLength)],
  ])("say of %s what was done, and no more than a record can hold", async (_, fields) => {
    const { proxy } = await proxyOverFormats({ anthropic: anthropicServer });
    expect((await proxy.ask(fields)).status).toBe(200);
    const { warnings } = await proxy.lastDecision();
    expect(warnings).toEqual([
      expect.stringMatching(/^anthropic: .* … .*: left out, its format has no way to say it$/),
    ]);
    expect(warnings?.[0]?.length).toBeLessThanOrEqual(1_000);
  });

  it("are counted beyond a hundred", async () => {
    const { proxy } = await proxyOverFormats({ anthropic: anthropicServer });
    const headers = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`x-route-${i}`, "1"] as const));
    await proxy.ask({}, headers);
    const { warnings = [] } = await proxy.lastDecision();
    expect(warnings).toHaveLength(101);
    expect(warnings.at(-1)).toBe("50 more warnings");
  });

  it("stay as they are when they are few and short", () => {
    const few = ["model: the catalog has no such one", "x".repeat(1_000)];
    expect(shortWarnings(few)).toBe(few);
  });
});
