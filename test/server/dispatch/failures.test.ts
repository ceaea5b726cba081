import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { startRequestTrace } from "../../../server/telemetry/start-request-trace.js";
import { listen, portOf } from "../../services/listen.js";
import {
  catalogOf,
  compile,
  completion,
  done,
  event,
  policyOf,
  policyOfHurried,
  proxyOver,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  type Upstream,
} from "../http/harness.js";

afterEach(stopAll);

const answering = (text = "fine") => startUpstream((response) => sendJson(response, completion(text)));
const failing = (status: number, body: unknown = { error: { message: "no" } }, headers: object = {}) =>
  startUpstream((response) => sendJson(response, body, status, headers));
/** Answers with raw bytes on the socket. */
const raw = (bytes: string) =>
  startUpstream((response) => {
    response.socket?.end(bytes);
  });

async function errorOf(answer: Response) {
  const { error, decision } = (await answer.json()) as {
    error: { code: string; type: string; message: string };
    decision: string;
  };
  expect(decision).toBe(answer.headers.get("x-route-decision"));
  return error;
}

describe("a fault of ours", () => {
  it("before a call leaves no span that never ends", async () => {
    const spans = { begun: 0, ended: 0 };
    const ends: unknown[] = [];
    const startTrace: typeof startRequestTrace = () => ({
      decided: () => undefined,
      attempt: () => {
        spans.begun += 1;
        return { headers: {}, end: () => (spans.ended += 1) };
      },
      end: (result) => ends.push(result),
    });
    const faultsOf = () => () => {
      throw new Error("a fault of ours");
    };
    const catalog = catalogOf({ left: "" }).replace(/{ format: openai.*}/, "{ format: simulated }");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/left] }"), catalog), { startTrace, faultsOf });
    expect((await errorOf(await proxy.ask())).code).toBe("internal_error");
    await proxy.lastDecision();
    expect(spans.ended).toBe(spans.begun);
    expect(ends).toEqual([{ status: 500, outcome: "failed", code: "internal_error" }]);
  });
});

describe("the next candidate answers", () => {
  it.each<[string, string, () => Promise<Upstream>]>([
    ["after a 429", "rate_limited", () => failing(429)],
    ["after a 500", "server_error", () => failing(500)],
    ["after a 503", "overloaded", () => failing(503)],
    ["after a 529", "overloaded", () => failing(529)],
    ["after a 401", "auth", () => failing(401)],
    ["after a 404", "server_error", () => failing(404)],
    ["after a 504", "timeout", () => failing(504)],
    ["after a redirect", "malformed_response", () => failing(302, {}, { location: "http://127.0.0.1:1" })],
    [
      "after an HTML page with status 200",
      "malformed_response",
      () =>
        startUpstream((response) => {
          response.writeHead(200, { "content-type": "text/html" }).end("<html>busy</html>");
        }),
    ],
    [
      "after an empty answer",
      "malformed_response",
      () =>
        startUpstream((response) => {
          response.writeHead(200).end();
        }),
    ],
    ["after JSON without choices", "malformed_response", () => failing(200, {})],
    ["after an error inside a 200", "overloaded", () => failing(200, { error: { code: 503, message: "later" } })],
    ...(["error", "abort", "insufficient_system_resource"] as const).map(
      (end): [string, string, () => Promise<Upstream>] => [
        `after an answer that was broken off (${end})`,
        end === "insufficient_system_resource" ? "overloaded" : "server_error",
        () => failing(200, { choices: [{ index: 0, message: { content: "Hel" }, finish_reason: end }] }),
      ],
    ),
    [
      "after an answer that holds its error in its choice",
      "rate_limited",
      () =>
        failing(200, {
          choices: [{ message: { content: "" }, finish_reason: "error", error: { code: 429, message: "later" } }],
        }),
    ],
    [
      "after half an answer",
      "connection",
      () =>
        startUpstream((response) => {
          response.writeHead(200, { "content-length": "1000" }).write('{"choices":');
          setTimeout(() => response.socket?.resetAndDestroy(), 10);
        }),
    ],
    ["after a reset", "connection", () => startUpstream((response) => void response.socket?.resetAndDestroy())],
    ["after bytes that are no HTTP", "malformed_response", () => raw("garbage\r\n\r\n")],
    [
      "after an HTML error page",
      "server_error",
      () =>
        startUpstream((response) => {
          response.writeHead(502, { "content-type": "text/html" }).end("<html><body>Bad gateway</body></html>");
        }),
    ],
  ])("%s", async (_what, errorClass, first) => {
    const proxy = await proxyOver({ one: await first(), two: await answering() });
    const answer = await proxy.ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-route-model")).toBe("acme/two");
    expect(answer.headers.get("x-route-provider")).toBe("two");
    expect(answer.headers.get("x-route-attempts")).toBe("2");
    const { attempts } = await proxy.lastDecision();
    expect(attempts.map((attempt) => attempt.error_class)).toEqual([errorClass, undefined]);
  });

  it("when there is nobody at the address", async () => {
    const gone = await answering();
    await gone.stop();
    const proxy = await proxyOver({ one: gone, two: await answering() });
    expect((await proxy.ask()).headers.get("x-route-model")).toBe("acme/two");
    expect((await proxy.lastDecision()).attempts[0]).toMatchObject({
      error_class: "connection",
      error: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("when the total timer runs out, and the call is ended", async () => {
    const silent = await startUpstream(() => undefined);
    const policy = policyOfHurried("acme/one", "{ total: 60ms }", "acme/two");
    const proxy = await startProxy(compile(policy, catalogOf({ one: silent.url, two: (await answering()).url })));
    expect((await proxy.ask()).headers.get("x-route-model")).toBe("acme/two");
    await silent.requests[0]!.hungUp;
  });

  it("when the connection does not stand in time", async () => {
    // Takes connections and never says a word of TLS.
    const mute = createServer();
    await listen(mute);
    const proxy = await startProxy(
      compile(
        policyOfHurried("acme/one", "{ connect: 50ms }", "acme/two"),
        catalogOf({ one: `https://127.0.0.1:${portOf(mute)}/v1`, two: (await answering()).url }),
      ),
    );
    expect((await proxy.ask()).headers.get("x-route-model")).toBe("acme/two");
    expect((await proxy.lastDecision()).attempts[0]).toMatchObject({ error_class: "timeout" });
    mute.close();
  });

  it("only after errors that the route falls back on", async () => {
    const second = await answering();
    const proxy = await proxyOver(
      { one: await failing(500), two: second },
      "{ to: [acme/one, acme/two], fallback_on: [rate_limited] }",
    );
    const answer = await proxy.ask();
    expect(answer.status).toBe(502);
    expect((await errorOf(answer)).code).toBe("upstream_failed");
    expect(second.requests).toHaveLength(0);
  });
});

describe("when every call failed", () => {
  it.each<[string, readonly number[], string]>([
    ["is the operator's business where keys and models are refused", [401, 404], "the operator of this server has to"],
    ["may pass where one of them may", [401, 500], "; try again later"],
  ])("it %s", async (_what, [one = 0, two = 0], words) => {
    const proxy = await proxyOver({ one: await failing(one), two: await failing(two) });
    const { message } = await errorOf(await proxy.ask());
    expect(message).toContain(`acme/one@one: status ${one}; acme/two@two: status ${two}`);
    expect(message).toContain(words);
  });
});

describe("an answer that says in so many words that there was no error", () => {
  it.each([[null], [false], [""], [{}], [[]]])("is one: error %j", async (error) => {
    const said = { ...completion("fine"), error };
    const one = await startUpstream((response, { body }) => {
      if (!body.includes('"stream":true')) return void sendJson(response, said);
      startStream(response);
      response.end(`${event({ content: "fine" }, null, { error })}${event({}, "stop", { error })}${done}`);
    });
    const proxy = await proxyOver({ one });
    expect(await (await proxy.ask()).json()).toEqual(said);
    expect((await proxy.lastDecision()).attempts[0]).toMatchObject({ status: 200, cost_usd: expect.any(Number) });
    expect(await (await proxy.ask({ stream: true })).text()).toContain("[DONE]");
  });
});

describe("an error that comes bare in place of a stream's events", () => {
  const said = { error: { code: 503, message: "all workers are busy" } };
  it.each([
    ["in one line", JSON.stringify(said)],
    ["over several lines", `${JSON.stringify(said, undefined, 2)}\n`],
    ["as an event", `${JSON.stringify(said)}\n\n`],
    ["in a field of its own", `error: ${JSON.stringify(said.error)}\n\n${done}`],
  ])("is read, %s", async (_, body) => {
    const one = await startUpstream((response) => {
      startStream(response);
      response.end(body);
    });
    const proxy = await proxyOver({ one });
    const answer = await proxy.ask({ stream: true });
    expect([answer.status, (await errorOf(answer)).code]).toEqual([503, "upstream_overloaded"]);
    expect((await proxy.lastDecision()).attempts[0]).toMatchObject({
      error_class: "overloaded",
      error: "all workers are busy",
    });
  });
});

describe("a compressed answer, which nobody asked for", () => {
  it.each([
    [200, "application/json", false],
    [200, "text/event-stream", true],
    [400, "application/json", false],
  ])("of status %i, %s is not read, and nothing of it passed on", async (status, type, stream) => {
    const one = await startUpstream((response) => {
      response.writeHead(status, { "content-type": type, "content-encoding": "gzip" });
      response.end(gzipSync(JSON.stringify(completion("fine"))));
    });
    const proxy = await proxyOver({ one });
    const answer = await proxy.ask({ stream });
    const error = await errorOf(answer);
    const [attempt] = (await proxy.lastDecision()).attempts;
    if (status === 400) {
      expect([answer.status, error.code]).toEqual([400, "invalid_request"]);
      expect(attempt).toMatchObject({ error_class: "invalid_request", error: "status 400 without a word" });
    } else {
      expect([answer.status, error.code]).toEqual([502, "upstream_failed"]);
      expect(attempt).toMatchObject({
        status,
        error_class: "malformed_response",
        error: expect.stringContaining("compressed (gzip)"),
      });
    }
  });
});

describe("a connection that the provider closes while a request is on its way", () => {
  /** Answers so many requests on each connection, and closes it when another one comes. */
  async function startClosing(answersEach: number, closesAfterMs = 0, close: "end" | "resetAndDestroy" = "end") {
    const text = JSON.stringify(completion("fine"));
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n`;
    let requests = 0;
    const server = createServer((socket) => {
      let answered = 0;
      socket.on("data", () => {
        requests += 1;
        if (answered++ < answersEach) socket.write(head + text);
        else setTimeout(() => socket[close](), closesAfterMs);
      });
    });
    const url = `${await listen(server)}/v1`;
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: url })));
    return { proxy, requests: () => requests, close: () => server.close() };
  }

  it.each(["end", "resetAndDestroy"] as const)(
    "was kept from an earlier one: the request goes out on another, and nobody has failed (%s)",
    async (how) => {
      const { proxy, requests, close } = await startClosing(1, 0, how);
      await (await proxy.ask()).text();
      const answer = await proxy.ask();
      expect([answer.status, answer.headers.get("x-route-attempts"), requests()]).toEqual([200, "1", 3]);
      expect((await proxy.ledger()).map(({ outcome }) => outcome)).toEqual(["answered", "answered"]);
      const { endpoints } = (await (await fetch(`${proxy.url}/admin/health`)).json()) as { endpoints: object[] };
      expect(endpoints).toMatchObject([{ circuit: { recent: { calls: 2, failures: 0 } } }]);
      close();
    },
  );

  it.each(["end", "resetAndDestroy"] as const)(
    "was kept, but closes long after: the provider may have worked on the request, which is not sent twice (%s)",
    async (how) => {
      const { proxy, requests, close } = await startClosing(1, 1_100, how);
      await (await proxy.ask()).text();
      expect([(await proxy.ask()).status, requests()]).toEqual([502, 2]);
      close();
    },
  );

  it.each(["end", "resetAndDestroy"] as const)("was made for it: that is a failure (%s)", async (how) => {
    const { proxy, requests, close } = await startClosing(0, 0, how);
    expect([(await proxy.ask()).status, requests()]).toEqual([502, 1]);
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ error_class: "connection" }]);
    close();
  });
});

describe("retries", () => {
  it("try the same endpoint again, as often as the route says, then the next", async () => {
    const first = await startUpstream((response, _request, count) => {
      sendJson(response, count < 3 ? { error: {} } : completion("third time"), count < 3 ? 503 : 200);
    });
    const proxy = await proxyOver({ one: first }, "{ to: [acme/one], retries: 2 }");
    const answer = await proxy.ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-route-attempts")).toBe("3");
    expect((await proxy.lastDecision()).attempts.map((attempt) => attempt.status)).toEqual([503, 503, 200]);
  });

  it("are not made for what does not pass by itself, or when the provider asks for a long wait", async () => {
    for (const upstream of [await failing(401), await failing(429, {}, { "retry-after": "30" })]) {
      const proxy = await proxyOver(
        { one: upstream, two: await answering() },
        "{ to: [acme/one, acme/two], retries: 5 }",
      );
      expect((await proxy.ask()).headers.get("x-route-attempts")).toBe("2");
    }
  });

  it("wait as long as the provider asks", async () => {
    const first = await startUpstream((response, _request, count) => {
      if (count === 1) sendJson(response, {}, 429, { "retry-after": "0.3" });
      else sendJson(response, completion("fine"));
    });
    const proxy = await proxyOver({ one: first }, "{ to: [acme/one], retries: 1 }");
    const at = Date.now();
    expect((await proxy.ask()).status).toBe(200);
    expect(Date.now() - at).toBeGreaterThanOrEqual(295);
  });
});

describe("an endpoint that answers 429 with Retry-After", () => {
  it("is left out of the next plans for that long", async () => {
    let now = Date.parse("2026-11-25T10:00:00Z");
    const limited = await startUpstream((response, _request, count) => {
      if (count === 1) sendJson(response, {}, 429, { "retry-after": "20" });
      else sendJson(response, completion("back"));
    });
    const policy = compile(
      policyOf("{ to: [acme/one, acme/two] }"),
      catalogOf({ one: limited.url, two: (await answering()).url }),
    );
    const proxy = await startProxy(policy, { now: () => now });
    expect((await proxy.ask()).headers.get("x-route-attempts")).toBe("2");
    const next = await proxy.ask();
    expect(next.headers.get("x-route-attempts")).toBe("1");
    expect(next.headers.get("x-route-model")).toBe("acme/two");
    expect((await proxy.lastDecision()).world).toMatchObject({ rate_limited: ["acme/one@one"] });
    now += 20_001;
    expect((await proxy.ask()).headers.get("x-route-model")).toBe("acme/one");
  });

  it("keeps no SDK asleep for longer than a minute", async () => {
    const ask = async (seconds: string) => {
      const proxy = await proxyOver({ one: await failing(429, {}, { "retry-after": seconds }) });
      const { headers } = await proxy.ask();
      return [headers.get("retry-after"), headers.get("x-should-retry")];
    };
    expect(await ask("7200")).toEqual(["7200", "false"]);
    expect(await ask("60")).toEqual(["60", null]);
  });

  it("has a circuit like any other that fails when it asks for no wait at all", async () => {
    const limited = await failing(429, {}, { "retry-after": "0" });
    const proxy = await proxyOver({ one: limited, two: await answering() });
    for (let count = 0; count < 6; count++) await proxy.ask();
    expect(limited.requests).toHaveLength(5);
    expect((await proxy.lastDecision()).world).toMatchObject({ down: ["acme/one@one"] });
  });

  it("leaves nobody: 429 with the time that is left", async () => {
    let now = Date.parse("2026-11-25T10:00:00Z");
    const limited = await failing(429, {}, { "retry-after": "20" });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: limited.url })), {
      now: () => now,
    });
    const first = await proxy.ask();
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "20"]);
    expect((await errorOf(first)).code).toBe("upstream_rate_limited");
    now += 5_000;
    const second = await proxy.ask();
    expect([second.status, second.headers.get("retry-after")]).toEqual([429, "15"]);
    expect((await errorOf(second)).code).toBe("upstream_rate_limited");
    expect(limited.requests).toHaveLength(1);
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "no_candidate" });
  });
});

describe("when every attempt fails", () => {
  it.each([
    ["all rate limited", [429, 429], 429, "upstream_rate_limited", "rate_limit_error"],
    ["rate limited and overloaded", [429, 503], 503, "upstream_overloaded", "api_error"],
    ["all in time-outs", [504, 408], 504, "upstream_timeout", "api_error"],
    ["anything else", [500, 429], 502, "upstream_failed", "api_error"],
  ])("the client gets one error that says what was tried: %s", async (_what, statuses, status, code, type) => {
    const [one, two] = await Promise.all(statuses.map((each) => failing(each, { error: { message: "inner words" } })));
    const proxy = await proxyOver({ one: one!, two: two! });
    const answer = await proxy.ask();
    expect(answer.status).toBe(status);
    expect(answer.headers.get("x-route-attempts")).toBe("2");
    const error = await errorOf(answer);
    expect(error).toMatchObject({ code, type });
    expect(error.message).toContain(`acme/one@one: status ${statuses[0]}`);
    expect(error.message).toContain(`acme/two@two: status ${statuses[1]}`);
    expect(error.message).not.toContain("inner words");
    expect((await proxy.lastDecision()).result).toMatchObject({ status, outcome: "failed", code });
  });

  it("the shortest Retry-After is passed on", async () => {
    const proxy = await proxyOver({
      one: await failing(429, {}, { "retry-after": "30" }),
      two: await failing(429, {}, { "retry-after": "7" }),
    });
    expect((await proxy.ask()).headers.get("retry-after")).toBe("7");
  });
});

describe("the request's own fault", () => {
  it.each([
    [400, { error: { message: "bad temperature", type: "invalid_request_error" } }, "invalid_request"],
    [400, { error: { code: "context_length_exceeded", message: "too long" } }, "context_length"],
    [400, { error: { code: "content_filter", message: "no" } }, "content_filter"],
    [422, { detail: "unprocessable" }, "invalid_request"],
  ])("is answered with the provider's own answer: %i %j", async (status, body, code) => {
    const second = await answering();
    for (const stream of [false, true]) {
      const proxy = await proxyOver({ one: await failing(status, body), two: second });
      const answer = await proxy.ask({ stream });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(answer.headers.get("x-route-model")).toBe("acme/one");
      expect(await answer.json()).toEqual(body);
      expect((await proxy.lastDecision()).result).toMatchObject({ status, outcome: "failed", code });
    }
    expect(second.requests).toHaveLength(0);
  });
});

describe("secrets", () => {
  it("are in no header, body, log or record, whatever a provider quotes", async () => {
    const key = "sk-test-0123456789abcdef";
    const quoting = (status: number) =>
      failing(status, { error: { message: `you sent Bearer ${key} to us`, code: key } }, { "x-echo": key });
    const inType = failing(400, { error: { message: "no" } }, { "content-type": `application/json; key=${key}` });
    for (const upstream of [await quoting(401), await quoting(500), await quoting(400), await inType]) {
      const catalog = catalogOf({ one: upstream.url }).replace("region: eu", "region: eu, api_key_env: TEST_KEY");
      const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog), {
        environment: { TEST_KEY: key },
      });
      const answer = await proxy.ask({}, { "x-route-explain": "true", authorization: "Bearer client-key-abc" });
      expect(upstream.requests[0]!.headers.authorization).toBe(`Bearer ${key}`);
      expect(upstream.requests[0]!.body).not.toContain("client-key");
      const seen = [
        await answer.text(),
        JSON.stringify([...answer.headers]),
        JSON.stringify(proxy.logged),
        JSON.stringify(await proxy.lastDecision()),
      ].join("\n");
      expect(seen).not.toContain(key);
      expect(seen).not.toContain("client-key-abc");
    }
  });

  it.each([
    ["slashes as PHP writes them", String.raw`ab\/cd+ef\/gh==`],
    ["characters by their number", String.raw`ab\u002Fcd\u002bef\u002Fgh==`],
    ["JSON in a text of JSON", String.raw`ab\\\/cd\\u002Bef/gh==`],
  ])("are seen in no other spelling of JSON: %s", async (_, written) => {
    const body = `{"error":{"message":"you sent Basic ${written} to us","type":"invalid_request_error"}}`;
    const upstream = await startUpstream((response) => {
      response.writeHead(400, { "content-type": "application/json" }).end(body);
    });
    const catalog = catalogOf({ one: upstream.url }).replace(
      "region: eu",
      'region: eu, headers: { x-gateway-authorization: "Basic ab/cd+ef/gh==" }',
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    const answer = await proxy.ask();
    expect(upstream.requests[0]?.headers["x-gateway-authorization"]).toBe("Basic ab/cd+ef/gh==");
    expect(await answer.json()).toMatchObject({ error: { code: "invalid_request" } });
    const { attempts } = await proxy.lastDecision();
    expect(attempts[0]?.error).toBe("you sent Basic *** to us");
  });

  // By a pattern tried from each of them on it would be some ten minutes.
  it("are looked for in a million backslashes as fast as in anything else", async () => {
    const upstream = await startUpstream((response) => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(`{"error":{"message":"${"\\".repeat(1_000_000)}"}}`);
    });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    expect((await proxy.ask()).status).toBe(400);
  });

  it("are not seen in part either, where a long message is cut within one", async () => {
    const key = "sk-test-0123456789abcdef";
    for (const before of [476, 480, 495]) {
      const upstream = await failing(500, { error: { message: `${"x".repeat(before)}${key} is wrong` } });
      const catalog = catalogOf({ one: upstream.url }).replace("region: eu", "region: eu, api_key_env: TEST_KEY");
      const environment = { TEST_KEY: key };
      const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog), { environment });
      await proxy.ask();
      const { attempts } = await proxy.lastDecision();
      expect(attempts[0]?.error).toBe(`${"x".repeat(before)}***…`);
    }
  });

  it("are values of the catalog's headers too, the endpoint's own and its provider's, unless they tell nobody anything", async () => {
    const [token, password] = ["gw-0123456789abcdef0123", "correct-horse"];
    for (const status of [500, 400]) {
      const message = `for acme and batch, ${token} and ${password} will not do`;
      const upstream = await failing(status, { error: { message } });
      const catalog = catalogOf({ one: upstream.url })
        .replace("region: eu", `region: eu, headers: { x-gateway: "Bearer ${token}", x-org: acme }`)
        .replace("model: one-model", `model: one-model, headers: { x-api-key: ${password}, x-tier: batch }`);
      const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
      const answer = await proxy.ask({}, { "x-route-explain": "true" });
      expect(upstream.requests[0]!.headers).toMatchObject({ "x-gateway": `Bearer ${token}`, "x-api-key": password });
      const decision = await proxy.lastDecision();
      const seen = [await answer.text(), JSON.stringify(proxy.logged), JSON.stringify(decision)].join("\n");
      expect(seen).not.toContain(token);
      expect(seen).not.toContain(password);
      expect(seen).toContain("for acme and batch, *** and *** will not do");
    }
  });
});
