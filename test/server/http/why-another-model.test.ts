import { afterEach, describe, expect, it } from "vitest";
import {
  catalogOf,
  compile,
  done,
  policyOf,
  proxyOver,
  sendJson,
  startAnswering,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  type TestProxy,
  wholeStream,
} from "./harness.js";

afterEach(stopAll);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ROUTE = "{ to: [requested, acme/two] }";

async function proxyWith(route: string, rules?: string): Promise<TestProxy> {
  const { url } = await startAnswering();
  const catalog = catalogOf({ one: url, two: url });
  return startProxy(compile(policyOf(route, rules), catalog));
}

/** What a client that names `acme/one` is told; the record has to say the same. */
async function toldOf(proxy: TestProxy, body: object = {}, headers: Readonly<Record<string, string>> = {}) {
  const answer = await proxy.ask({ model: "acme/one", ...body }, headers);
  await answer.text();
  const told = answer.headers.get("x-route-warning");
  expect([answer.status, answer.headers.get("x-route-model")]).toEqual([200, "acme/two"]);
  expect((await proxy.lastDecision()).warnings).toEqual([told]);
  return told;
}

describe("a client that names a model and gets another is told", () => {
  it.each([
    [
      "the route does not have it",
      "{ to: [acme/two] }",
      undefined,
      {},
      "it is none of the models that the policy has for this request",
    ],
    [
      "a rule for such requests does not have it",
      ROUTE,
      "  - { id: code, match: { tags: [code] }, route: { to: [acme/two] } }",
      { metadata: { tags: ["code"] } },
      "it is none of the models that the policy has for this request",
    ],
    [
      "a guard leaves it out",
      ROUTE,
      "  - { id: only-two, require: { provider: [two] }, because: secret }",
      {},
      "the policy does not allow it for this request",
    ],
    [
      "the policy puts another first",
      "{ to: [acme/two, acme/one] }",
      undefined,
      {},
      "the policy puts others before it for this request",
    ],
    [
      "its own hint leaves it out",
      ROUTE,
      undefined,
      { provider: { only: ["two"] } },
      "the request says provider.only: two",
    ],
  ])("when %s", async (_name, route, rules, body, why) => {
    const proxy = await proxyWith(route, rules);
    expect(await toldOf(proxy, body)).toBe(`model: acme/two stands for acme/one: ${why}`);
  });

  it("when its key may not use it, and when a budget does not cover it", async () => {
    const { url } = await startAnswering();
    const catalog = catalogOf({ one: url, two: url }).replace(
      "price: { input: 1, output: 2",
      "price: { input: 1, output: 900",
    );
    const proxy = await startProxy(compile(policyOf(ROUTE), catalog));
    const bound = await proxy.createKey({ allow: ["acme/two"] });
    expect(await toldOf(proxy, { model: "one" }, bearer(bound.token))).toBe(
      "model: acme/two stands for acme/one: this API key may not use it",
    );
    const poor = await proxy.createKey({ limits: { budgets: { day: 1 } } });
    expect(await toldOf(proxy, {}, bearer(poor.token))).toBe(
      "model: acme/two stands for acme/one: a budget has too little left for it",
    );
  });

  it("when its call failed, in a stream too", async () => {
    const broken = await startUpstream((response) => sendJson(response, { error: { message: "no" } }, 503));
    const streaming = await startUpstream((response) => {
      startStream(response);
      response.end(`${wholeStream}${done}`);
    });
    const proxy = await proxyOver({ one: broken, two: streaming });
    expect(await toldOf(proxy, { stream: true })).toMatch(
      /^model: acme\/two stands for acme\/one: its call failed \(.*503.*\)$/,
    );
  });

  it("when it was called and another one answered first", async () => {
    const silent = await startUpstream(() => {});
    const proxy = await proxyOver(
      { one: silent, two: await startAnswering() },
      "{ to: [acme/one, acme/two], hedge_after_ms: 10 }",
    );
    expect(await toldOf(proxy)).toBe("model: acme/two stands for acme/one: it has not answered as soon");
  });

  it("and not when the model is its own, or it named none", async () => {
    const proxy = await proxyWith(ROUTE);
    for (const model of ["two", "acme/two", "auto", undefined]) {
      expect((await proxy.ask({ model })).headers.get("x-route-warning")).toBeNull();
    }
  });
});

it("a short name of several models is told to need its author", async () => {
  const { url } = await startAnswering();
  const more = catalogOf({ one: url }).split("models:\n")[1]?.replace("acme/one", "other/one") ?? "";
  const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: url }, more)));
  expect((await proxy.ask({ model: "one" })).headers.get("x-route-warning")).toBe(
    'model: the catalog has several models called "one", of different authors; write author/one; what the policy chose stands for it',
  );
});
