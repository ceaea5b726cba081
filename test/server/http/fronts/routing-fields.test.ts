import { afterEach, describe, expect, it } from "vitest";
import type { DecisionRecord } from "../../../../engine/index.js";
import { proxyOverFormats } from "../../../services/proxy-over-formats.js";
import { anthropicServer, geminiServer, openAiServer, startProvider } from "../../providers/provider-servers.js";
import {
  compile,
  done,
  event,
  policyOf,
  startAnswering,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
} from "../harness.js";

afterEach(stopAll);

/** `acme/two` at two providers, `acme/one` at one, `acme/claude` at a provider of another format. */
async function start(route = "{ to: [acme/two, acme/one] }") {
  const upstream = await startAnswering();
  const claude = await startProvider(anthropicServer);
  const catalog = `kind: catalog
providers:
  near: { format: openai, base_url: ${upstream.url}, data_retention: 30d }
  far: { format: openai, base_url: ${upstream.url}, data_retention: none }
  claude: { format: anthropic, base_url: ${claude.url} }
models:
  acme/two:
    context_window: 100k
    price: { input: 2, output: 4 }
    endpoints:
      - { provider: near, model: two }
      - { provider: far, model: two, price: { input: 1, output: 2 } }
  acme/one: { context_window: 100k, endpoints: [{ provider: near, model: one }] }
  acme/claude: { context_window: 100k, price: { input: 0, output: 0 }, endpoints: [{ provider: claude, model: claude-x }] }
`;
  const proxy = await startProxy(compile(policyOf(route), catalog));
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await proxy.ask(body, headers);
    const { chosen, fallbacks, facts } = await proxy.lastDecision();
    const plan = chosen === undefined ? [] : [chosen, ...fallbacks];
    return { status: answer.status, warning: answer.headers.get("x-route-warning"), plan, facts };
  };
  return { upstream, proxy, ask };
}

const near = "acme/two@near";
const far = "acme/two@far";
const one = "acme/one@near";

describe("the fields of other routers", () => {
  it.each<[string, object, readonly string[]]>([
    ["nothing", {}, [near, far, one]],
    ["provider.only", { provider: { only: ["far"] } }, [far]],
    ["provider.ignore", { provider: { ignore: ["far"] } }, [near, one]],
    ["names of providers in capitals", { provider: { ignore: ["Far"], only: ["NEAR"] } }, [near, one]],
    ["provider.order", { provider: { order: ["far"] } }, [far, near, one]],
    ["provider.order with names twice", { provider: { order: ["far", "near", "FAR"] } }, [far, near, one]],
    ["provider.sort", { provider: { sort: "price" } }, [far, near, one]],
    ["provider.max_price", { provider: { max_price: { prompt: 1.5, completion: "3" } } }, [far]],
    ["provider.data_collection", { provider: { data_collection: "deny" } }, [far]],
    ["provider.zdr", { provider: { zdr: true } }, [far]],
    ["provider.allow_fallbacks", { provider: { allow_fallbacks: false } }, [near]],
    ["models", { models: ["acme/one"] }, [one]],
    ["no models", { models: [] }, [near, far, one]],
    ["auto among models", { models: ["acme/one", "auto"] }, [near, far, one]],
    ["a suffix that sorts", { model: "acme/two:floor" }, [far, near, one]],
    ["two of them", { models: ["two"], provider: { allow_fallbacks: false, order: ["far"] } }, [far]],
  ])("narrow the plan: %s", async (_, body, plan) => {
    const { ask, upstream } = await start();
    const seen = await ask(body);
    expect(seen).toMatchObject({ status: 200, plan, warning: null });
    const sent = JSON.parse(upstream.requests[0]!.body) as object;
    for (const name of ["models", "provider"]) expect(sent).not.toHaveProperty(name);
  });

  it("name a model without their suffix to the policy, and leave colons of the catalog alone", async () => {
    const { ask } = await start("{ to: [requested] }");
    expect((await ask({ model: "two:nitro" })).facts["model"]?.value).toBe("acme/two");
    const unknown = await ask({ model: "acme/two:thinking" });
    expect(unknown.warning).toBe("model: the suffix :thinking means nothing here; it was not used");
    expect((await ask({ model: "elsewhere:27b" })).facts["model"]?.value).toBe("elsewhere:27b");
  });

  it("order by throughput, as OpenRouter means it: tokens a second, not the time to the first one", async () => {
    const streaming = (tokens: number, waitMs: number) =>
      startUpstream((response) => {
        startStream(response);
        const usage = { prompt_tokens: 1, completion_tokens: tokens };
        setTimeout(() => response.write(event({ content: "a" })), waitMs);
        setTimeout(() => response.end(event({}, "stop") + event({}, null, { choices: [], usage }) + done), waitMs + 10);
      });
    const soon = await streaming(10, 1); // few tokens in its time
    const fast = await streaming(1_000_000, 50);
    const catalog = `kind: catalog
providers:
  soon: { format: openai, base_url: ${soon.url} }
  fast: { format: openai, base_url: ${fast.url} }
models:
  acme/two: { context_window: 100k, endpoints: [{ provider: soon, model: m }, { provider: fast, model: m }] }
`;
    const proxy = await startProxy(compile(policyOf("{ to: [acme/two] }"), catalog));
    const planOf = async (body: object) => {
      await (await proxy.ask({ stream: true, ...body })).text();
      const { chosen, fallbacks } = await proxy.lastDecision();
      return [chosen, ...fallbacks];
    };
    for (const provider of ["soon", "fast"]) await planOf({ provider: { only: [provider] } });
    const inOrder = ["acme/two@soon", "acme/two@fast"];
    expect(await planOf({ provider: { sort: "latency" } })).toEqual(inOrder);
    expect(await planOf({ provider: { sort: "throughput" } })).toEqual(inOrder.toReversed());
    expect(await planOf({ model: "acme/two:nitro" })).toEqual(inOrder.toReversed());
    const health = (await (await fetch(`${proxy.url}/admin/health`)).json()) as { endpoints: object[] };
    expect(health.endpoints).toMatchObject(
      inOrder.map((endpoint) => ({
        endpoint,
        latency_ms: { p50: expect.any(Number), p95: expect.any(Number) },
        tokens_per_second: { p50: expect.any(Number), p95: expect.any(Number) },
      })),
    );
  });

  it.each([
    ["throughput not seen yet", { sort: "throughput" }],
    ["latency not seen yet", { sort: "latency" }],
    ["providers not named", { order: ["claude"] }],
  ])("leave endpoints of which they know nothing as the policy has them: %s", async (_, provider) => {
    const { ask } = await start("{ to: [acme/two@far, acme/two@near] }");
    expect((await ask({ provider })).plan).toEqual([far, near]);
  });

  it("leave out formats that would not hear a parameter: provider.require_parameters", async () => {
    const { ask } = await start("{ to: [acme/claude, acme/one] }");
    expect((await ask({ seed: 1 })).plan).toEqual(["acme/claude@claude", one]);
    expect((await ask({ seed: 1, provider: { require_parameters: true } })).plan).toEqual([one]);
    expect((await ask({ top_k: 1, provider: { require_parameters: true } })).plan).toHaveLength(2);
  });

  it("are warned about when they mean nothing here, and refused when hints must hold", async () => {
    const { ask } = await start();
    const { warning, plan } = await ask({
      provider: { quantizations: ["fp8"], only: "far" },
      transforms: ["middle-out"],
    });
    expect(warning).toBe(
      "provider.quantizations: this server has no such thing; it was not used; provider.only: it takes a list of at least one provider; it was not used; transforms: this server has no such thing; it was not used",
    );
    expect(plan).toEqual([near, far, one]);
    const prices =
      "provider.max_price: it takes an object: { prompt, completion }, USD per million tokens; it was not used";
    for (const [fields, words] of [
      [{ provider: { max_price: { prompt: "cheap" } } }, prices],
      [{ provider: { max_price: { prompt: -1 } } }, prices],
      [{ provider: { only: [] } }, "provider.only: it takes a list of at least one provider; it was not used"],
      [
        { provider: { sort: { by: "latency", partition: "none" } } },
        "provider.sort.partition: it was not used; endpoints of one model are sorted",
      ],
      [{ preset: "mine" }, "preset: this server has no such thing; it was not used"],
      [{ trace: { id: 1 } }, "trace: this server has no such thing; it was not used"],
      [{ usage: true }, "usage: it takes an object: { include: true }; it was not used"],
      [{ session_id: 5 }, "session_id: it takes a text of 1 to 256 characters; it was not used"],
    ] as const) {
      expect(await ask(fields)).toMatchObject({ status: 200, warning: words, plan: [near, far, one] });
    }
    expect((await ask({ provider: { sort: "beauty" } }, { "x-route-strict": "true" })).status).toBe(400);
  });

  it("are the same in every API, and are not sent on", async () => {
    const { upstream, proxy } = await start();
    const messages = [{ role: "user", content: "hi" }];
    const fields = {
      provider: { only: ["far"], sort: { by: "price", partition: "model" } },
      transforms: ["middle-out"],
      session_id: "s",
      tags: ["pii"],
      disable_fallbacks: true,
      num_retries: 3,
      timeout: 20,
      guardrails: ["no-pii"],
    };
    for (const [path, body] of [
      ["/v1/chat/completions", { messages }],
      ["/v1/messages", { messages, max_tokens: 5 }],
      ["/v1/responses", { input: "hi" }],
      ["/v1/completions", { prompt: "hi" }],
    ] as const) {
      const answer = await fetch(`${proxy.url}${path}`, {
        method: "POST",
        body: JSON.stringify({ ...body, ...fields }),
      });
      await answer.text();
      expect([path, answer.status, answer.headers.get("x-route-warning")]).toEqual([
        path,
        200,
        [
          "transforms: this server has no such thing; it was not used",
          "num_retries: it was not used; how often a call is made again is what the policy says",
          "timeout: it was not used; how long a call may take is what the policy says",
          "guardrails: this server has no such thing; it was not used",
        ].join("; "),
      ]);
      const { chosen, facts, fallbacks } = await proxy.lastDecision();
      expect([chosen, facts["session"]]).toEqual([far, { value: "s", source: "body session_id" }]);
      expect([facts["tags"], fallbacks]).toEqual([{ value: ["pii"], source: "body tags" }, []]);
      const sent = Object.keys(JSON.parse(upstream.requests.at(-1)!.body) as object);
      expect(sent.filter((name) => Object.hasOwn(fields, name))).toEqual([]);
    }
  });

  it.each<[string, unknown, unknown]>([
    ["fallbacks", [{ model: "claude-x" }], []],
    ["context_window_fallbacks", [{ m: ["claude-x"] }], []],
    ["content_policy_fallbacks", [{ m: ["claude-x"] }], []],
    ["providerOptions", { gateway: { models: ["claude-x"], only: ["x"] } }, {}],
  ])("do not let a provider go on to models that no rule allowed: %s", async (name, value, nothing) => {
    const { upstreams, proxy } = await proxyOverFormats({ anthropic: anthropicServer, openai: openAiServer });
    const fields = { max_tokens: 5, messages: [{ role: "user", content: "hi" }], [name]: value };
    for (const [path, model, upstream] of [
      ["/v1/messages", "acme/anthropic", upstreams.anthropic],
      ["/v1/chat/completions", "acme/openai", upstreams.openai],
    ] as const) {
      const body = JSON.stringify({ ...fields, models: [model] });
      const answer = await fetch(`${proxy.url}${path}`, { method: "POST", body });
      expect([answer.status, answer.headers.get("x-route-warning")]).toEqual([
        200,
        `${name}: it was not used; which models follow is what the policy says`,
      ]);
      expect(JSON.parse(upstream.requests[0]!.body)).not.toHaveProperty(name);
    }
    const empty = await proxy.ask({ model: "acme/openai", models: ["acme/openai"], [name]: nothing });
    expect(empty.headers.get("x-route-warning")).toBeNull();
  });

  it("do not let a request be processed elsewhere than the catalog says: inference_geo", async () => {
    const regions = (text: string) =>
      text
        .replace("{ format: anthropic,", "{ format: anthropic, region: us,")
        .replace("{ format: gemini,", "{ format: gemini, region: eu,")
        .replace("{ format: openai,", "{ format: openai, region: eu,");
    const rules = "  - { id: stay, match: { tags: { present: true, any: [local] } }, require: { region: [us] } }";
    const servers = { anthropic: anthropicServer, gemini: geminiServer, openai: openAiServer };
    const { upstreams, proxy } = await proxyOverFormats(servers, { rules, catalog: regions });
    const ask = async (region: unknown, tags: string) => {
      const body = { max_tokens: 5, messages: [{ role: "user", content: "hi" }], inference_geo: region };
      const headers = { "x-route-tags": tags };
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: answer.status, by: answer.headers.get("x-route-provider"), text: await answer.text() };
    };
    expect(await ask("global", "local")).toMatchObject({
      status: 400,
      text: expect.stringContaining("the request says inference_geo: a region that the catalog does not have"),
    });
    expect(await ask("US", "local")).toMatchObject({ status: 200, by: "anthropic" });
    expect(JSON.parse(upstreams.anthropic.requests.at(-1)!.body)).toMatchObject({ inference_geo: "US" });
    expect(await ask("eu", "")).toMatchObject({ status: 200, by: "gemini" });
    expect(await ask(5, "")).toMatchObject({ status: 400, by: null });
    const chat = async (inference_geo: string) => {
      const { status } = await proxy.ask({ models: ["acme/openai"], inference_geo });
      return [
        status,
        upstreams.openai.requests.map(({ body }) => (JSON.parse(body) as { inference_geo: string }).inference_geo),
      ];
    };
    expect(await chat("us")).toEqual([400, []]);
    expect(await chat("EU")).toEqual([200, ["EU"]]);
    const respond = async (inference_geo: string) => {
      const body = JSON.stringify({ model: "acme/openai", input: "hi", inference_geo });
      const { status, headers } = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body });
      return [status, headers.get("x-route-provider")];
    };
    expect(await respond("us")).toEqual([200, "anthropic"]);
    expect(await respond("elsewhere")).toEqual([400, null]);
  });

  it("are named in the error when they leave nothing", async () => {
    const { proxy } = await start();
    const answer = await proxy.ask({ models: ["acme/claude"], provider: { ignore: ["near"] } });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        error: {
          code: "no_candidate",
          message: expect.stringContaining(
            "acme/two@near, acme/one@near: the request says models: acme/claude; provider.ignore: near; acme/two@far: the request says models: acme/claude",
          ),
        },
      },
    ]);
  });

  it("are named with their values in the record, the words of strangers left out", async () => {
    const { proxy } = await start();
    const reasonsFor = async (fields: object) => {
      const answer = await proxy.ask(fields, { "x-route-explain": "true" });
      const { candidates, world } = ((await answer.json()) as { route: DecisionRecord }).route;
      const details = candidates.flatMap(({ endpoint, detail }) => (endpoint === near ? [detail] : []));
      return { details, by: Object.keys(world.hint_excluded_by ?? {}) };
    };
    const words = "sk-secret";
    for (const [fields, hint] of [
      [{ provider: { only: ["far", words] } }, "provider.only: far, 1 that the catalog does not have"],
      [{ provider: { ignore: ["near"] } }, "provider.ignore: near"],
      [{ provider: { max_price: { prompt: "0.5", completion: 9 } } }, "provider.max_price: prompt 0.5, completion 9"],
      [{ provider: { zdr: true } }, "provider.zdr: true"],
      [{ provider: { data_collection: "deny" } }, "provider.data_collection: deny"],
      [{ models: ["acme/claude", words, words] }, "models: acme/claude, 2 that the catalog does not have"],
      [{ model: "acme/one:free" }, "model: the suffix :free"],
    ] as const) {
      expect(await reasonsFor(fields)).toEqual({
        details: [`the request says ${hint}`],
        by: [hint],
      });
    }
  });

  it("ask for usage in streams: usage.include", async () => {
    const { upstream, proxy } = await start();
    const sentOptions = async (body: object) => {
      await (await proxy.ask(body)).text();
      return (JSON.parse(upstream.requests.at(-1)!.body) as { stream_options?: object }).stream_options;
    };
    expect(await sentOptions({ usage: { include: true }, stream: true })).toEqual({ include_usage: true });
    expect(await sentOptions({ usage: { include: true } })).toBeUndefined();
    expect(await sentOptions({ usage: { include: false }, stream: true })).toBeUndefined();
  });

  it("are warned about when they name what the catalog does not have", async () => {
    const { ask } = await start();
    const { warning, plan } = await ask({
      models: ["acme/one", "elsewhere/x"],
      provider: { order: ["nobody", "far"] },
    });
    expect(warning).toBe(
      'models: the catalog has no "elsewhere/x"; provider.order: the catalog has no provider "nobody"',
    );
    expect(plan).toEqual([one]);
  });

  it("are repeated in warnings shortened, and five of them at most", async () => {
    const { proxy } = await start();
    const many = Array.from({ length: 1_000 }, (_, at) => `x${at}`);
    const others = Object.fromEntries(many.map((name) => [name, 1]));
    await proxy.ask({
      models: ["acme/one", ...many],
      provider: { order: many, sort: { by: "price", ...others }, max_price: others, ["y".repeat(1_000)]: 1, ...others },
    });
    const first = '"x0", "x1", "x2", "x3", "x4" and 995 more';
    expect((await proxy.lastDecision()).warnings).toEqual([
      `models: the catalog has no ${first}`,
      `provider.${"y".repeat(100)}, x0, x1, x2, x3 and 996 more: this server has no such thing; it was not used`,
      `provider.order: the catalog has no provider ${first}`,
      "provider.sort.x0, x1, x2, x3, x4 and 995 more: it was not used; endpoints of one model are sorted",
      "provider: it orders twice; the first order was used",
      "provider.max_price.x0, x1, x2, x3, x4 and 995 more: it was not used",
    ]);
  });

  it("never widen what the policy allows", async () => {
    const { ask } = await start("{ to: [acme/one] }");
    expect((await ask({ models: ["acme/two"] })).status).toBe(400);
    expect((await ask({ provider: { only: ["far"] } })).status).toBe(400);
  });

  it.each<[string, object, string, readonly string[]]>([
    ["the first", { models: ["one", "acme/two"] }, "acme/one", [one, near, far]],
    [
      "the first that the catalog has",
      { models: ["acme/none", "one:floor", "acme/two"] },
      "acme/one",
      [one, near, far],
    ],
    ["the one before auto", { models: ["one", "auto"] }, "acme/one", [one, near, far]],
    ["none when any will do", { models: ["auto", "one"] }, "auto", [near, far, one]],
    ["none beside a model", { model: "auto", models: ["one"] }, "auto", [one]],
    ["none that the catalog lacks", { models: ["acme/none"] }, "auto", []],
  ])("name the model of a request without one, as OpenRouter's clients do: %s", async (_, fields, model, plan) => {
    const { ask } = await start("{ to: [requested, acme/two, acme/one] }");
    const asked = await ask({ model: undefined, ...fields });
    const source = "model" in fields ? "body model" : model === "auto" ? "default" : "body models";
    expect([asked.facts["model"], asked.plan]).toEqual([{ value: model, source }, plan]);
  });

  it("cannot name a model that a guard refuses: models", async () => {
    const upstream = await startAnswering();
    const catalog = `kind: catalog
providers: { near: { format: openai, base_url: ${upstream.url} } }
models: { acme/one: { context_window: 100k, endpoints: [{ provider: near, model: one }] } }
`;
    const guard = "  - { id: no-one, match: { model: acme/one }, deny: not that one }";
    const proxy = await startProxy(compile(policyOf("{ to: [requested] }", guard), catalog));
    const answer = await proxy.ask({ model: undefined, models: ["one"] });
    expect([answer.status, answer.headers.get("x-route-rule")]).toEqual([403, "no-one"]);
  });

  it.each(["x-claude-code-session-id", "x-session-affinity", "session-id", "session_id"])(
    "know the session of a coding agent by %s",
    async (header) => {
      const { ask } = await start();
      const { facts, warning } = await ask({}, { [header]: "s1" });
      expect([facts["session"], warning]).toEqual([{ value: "s1", source: `header ${header}` }, null]);
    },
  );

  it("say which app asks: X-Title, else HTTP-Referer", async () => {
    const { ask } = await start();
    const referer = { "http-referer": "https://app.example" };
    expect((await ask({}, referer)).facts["app"]).toEqual({
      value: "https://app.example",
      source: "header http-referer",
    });
    expect((await ask({}, { ...referer, "x-title": "App" })).facts["app"]?.value).toBe("App");
  });
});
