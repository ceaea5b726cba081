import { afterEach, describe, expect, it } from "vitest";
import type { Decision } from "../../../server/http/decision.js";
import { addRouteHeaders, type HeaderList } from "../../../server/http/route-headers.js";
import { catalogOf, compile, completion, policyOf, sendJson, startProxy, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

async function proxyFor(model: string) {
  const { url } = await startUpstream((response) => sendJson(response, completion("hello")));
  const catalog = catalogOf({ one: url }).replace("acme/one:", `${model}:`);
  return startProxy(compile(policyOf(`{ to: [${model}] }`), catalog));
}

describe("x-route-* headers of an answer", () => {
  it.each([
    ["acme/gpt-4.1:free", "acme/gpt-4.1:free"],
    ["acme/niño", "acme/ni%C3%B1o"],
    ["通义/千问-😀", "%E9%80%9A%E4%B9%89/%E5%8D%83%E9%97%AE-%F0%9F%98%80"],
    ["acme/ni%C3%B1o", "acme/ni%25C3%25B1o"],
    ["acme/50%", "acme/50%25"],
  ])("say %s, of whatever letters, so that it can be read again", async (model, value) => {
    const answer = await (await proxyFor(model)).ask();
    expect(answer.headers.get("x-route-model")).toBe(value);
    expect(decodeURIComponent(value)).toBe(model);
  });

  it("say warnings in the same form", async () => {
    const answer = await (await proxyFor("acme/one")).ask({ model: "acme/niño-50%" });
    const said = answer.headers.get("x-route-warning") ?? "";
    expect(said).toContain("acme/ni%C3%B1o-50%25");
    expect(decodeURIComponent(said)).toContain('model: the catalog has no "acme/niño-50%"');
  });

  it("cut long warnings between characters", () => {
    const decision = { id: "d", serving: { label: "p@1" }, outcome: {}, plan: { rule: "r" } } as unknown as Decision;
    for (const before of ["", "a", "aa", "aaa", "aaaa", "aaaaa"]) {
      const text = before + "ü%😀".repeat(300);
      const headers: HeaderList = [];
      const facts = { planned: undefined, attempts: 0, isSimulated: false, costUsd: undefined, warnings: [text] };
      addRouteHeaders(headers, decision, facts);
      const value = String(headers[headers.indexOf("x-route-warning") + 1]);
      expect(value.length).toBeLessThanOrEqual(1_000);
      expect(value.length).toBeGreaterThan(1_000 - 12);
      expect(text.startsWith(decodeURIComponent(value))).toBe(true);
    }
  });

  it("take hints as they are: what is escaped in one stays so", async () => {
    const proxy = await proxyFor("acme/one");
    await proxy.ask({ model: "acme%2Fone" }, { "x-route-tags": "ni%C3%B1o, niño".replace("ñ", "\u00c3\u00b1") });
    const { facts } = await proxy.lastDecision();
    expect(facts["tags"]?.value).toEqual(["ni%c3%b1o", "niño"]);
    expect(facts["model"]?.value).toBe("acme%2Fone");
  });
});
