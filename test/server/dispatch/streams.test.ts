import { request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  catalogOf,
  compile,
  done,
  event,
  eventsOf,
  policyOfHurried,
  proxyOver,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  textOf,
  wholeStream,
} from "../http/harness.js";

afterEach(stopAll);

const stream = { stream: true };
const answering = () =>
  startUpstream((response) => {
    startStream(response);
    response.end(wholeStream + done);
  });

/** An upstream that sends pieces in turn, each when the one before was flushed, and then ends, or is cut. */
const sending = (pieces: readonly (string | Buffer)[], then: "end" | "reset" | "wait" = "end") =>
  startUpstream(async (response) => {
    startStream(response);
    for (const piece of pieces) {
      await new Promise((resolve) => response.write(piece, resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (then === "end") response.end();
    if (then === "reset") setTimeout(() => response.socket?.resetAndDestroy(), 20);
  });

describe("a stream", () => {
  it("reaches the client byte for byte, with [DONE] at its end", async () => {
    const odd = `: a comment\n\n${event({ role: "assistant", content: "" })}${event({ content: "é\u{1f600}" }).replace(",", ", ")}${event({}, "stop")}`;
    const proxy = await proxyOver({ one: await sending([odd, done]) });
    const answer = await proxy.ask(stream);
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(await answer.text()).toBe(odd + done);
  });

  it("is the same wherever the provider's pieces are cut", async () => {
    const bytes = Buffer.from(`${event({ content: "é" })}${event({}, "stop")}`.replaceAll("\n\n", "\r\n\r\n") + done);
    const cuts = Array.from({ length: 40 }, (_, index) => Math.floor((index * bytes.length) / 40));
    let cut = 0;
    const upstream = await startUpstream(async (response) => {
      startStream(response);
      await new Promise((resolve) => response.write(bytes.subarray(0, cut), resolve));
      setTimeout(() => response.end(bytes.subarray(cut)), 2);
    });
    const proxy = await proxyOver({ one: upstream });
    for (cut of cuts) {
      expect(await (await proxy.ask(stream)).text()).toBe(bytes.toString());
    }
  });

  it("is one however its content type is spelt", async () => {
    const upstream = await startUpstream((response) => {
      response.writeHead(200, { "content-type": "Text/Event-Stream" }).end(wholeStream + done);
    });
    const answer = await (await proxyOver({ one: upstream })).ask(stream);
    expect([answer.status, await answer.text()]).toEqual([200, wholeStream + done]);
  });

  it.each([
    ["text/plain; charset=utf-8", wholeStream],
    ["application/json", `: hello\n\n${wholeStream}`],
    ["application/x-ndjson", `event: message\n${wholeStream}`],
    ["text/plain", `\r\nid: 1\n${wholeStream}`],
    ["application/octet-stream", `\u{feff}${wholeStream}`],
    [undefined, wholeStream],
  ])("is one by its first bytes, whatever its label says: %s", async (type, events) => {
    for (const pieces of [[events + done], [...(events + done).slice(0, 20), (events + done).slice(20)]]) {
      const upstream = await startUpstream(async (response) => {
        response.writeHead(200, type === undefined ? {} : { "content-type": type });
        for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
        response.end();
      });
      const answer = await (await proxyOver({ one: upstream })).ask(stream);
      expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      // Blank lines before the first event are none of it.
      expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(events.replace(/^\r\n/, "") + done);
    }
  });

  it("is passed on as it comes, not when it is complete", async () => {
    const upstream = await sending([event({ content: "first" })], "wait");
    const proxy = await proxyOver({ one: upstream });
    const answer = await proxy.ask(stream);
    const { value } = await answer.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toBe(event({ content: "first" }));
  });

  it("records time to the first token, usage and cost", async () => {
    const usage = { prompt_tokens: 1_000, completion_tokens: 500, prompt_tokens_details: { cached_tokens: 400 } };
    const last = event({}, null, { choices: [], usage });
    const proxy = await proxyOver({ one: await sending([wholeStream, last, done]) });
    expect(await (await proxy.ask(stream)).text()).toContain('"usage"');
    const { attempts, result } = await proxy.lastDecision();
    // 600 × 1 + 400 × 0.5 + 500 × 2 USD per million
    expect(attempts).toEqual([
      expect.objectContaining({
        endpoint: "acme/one@one",
        status: 200,
        first_token_ms: expect.any(Number),
        usage: { input_tokens: 1_000, output_tokens: 500, cached_input_tokens: 400 },
        cost_usd: 0.0018,
      }),
    ]);
    expect(result).toMatchObject({ status: 200, outcome: "answered" });
  });

  it("is complete without [DONE] when every choice has ended, and gets one", async () => {
    const proxy = await proxyOver({ one: await sending([wholeStream]) });
    expect(await (await proxy.ask(stream)).text()).toBe(wholeStream + done);
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "answered" });
  });

  it.each([2, "2"])("is not complete while one of the choices that were asked for has not ended: n %j", async (n) => {
    const proxy = await proxyOver({ one: await sending([wholeStream]) });
    const text = await (await proxy.ask({ ...stream, n })).text();
    expect(text).not.toContain("[DONE]");
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "cut" });
  });

  it("is not complete with an empty finish_reason, which some servers write for none", async () => {
    const proxy = await proxyOver({
      one: await sending([event({ content: "Hel" }, ""), event({ content: "lo" }, "")]),
    });
    expect(await (await proxy.ask(stream)).text()).not.toContain("[DONE]");
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "cut" });
  });

  it("ends for the client with [DONE], also when the provider keeps the connection, which is then closed", async () => {
    const upstream = await sending([wholeStream + done], "wait");
    const proxy = await proxyOver({ one: upstream });
    expect(await (await proxy.ask(stream)).text()).toBe(wholeStream + done);
    await upstream.requests[0]?.hungUp;
  });
});

describe("before the first content", () => {
  it.each<[string, readonly string[], "end" | "reset" | "wait"]>([
    ["nothing came", [], "end"],
    ["only the role came, then the end", [event({ role: "assistant", content: "" })], "end"],
    ["an empty finish_reason came", [event({ role: "assistant", content: "" }, "")], "end"],
    // As a true stream of Mistral's begins (https://github.com/vercel/ai, packages/mistral/src/__fixtures__/mistral-incremental-tool-call.chunks.txt).
    ["only an index came", [event({ index: 0, role: "assistant", content: "" })], "end"],
    ["only comments came, then a reset", [": waiting\n\n", ": waiting\n\n"], "reset"],
    ["an error came in the 200", [`data: {"error":{"message":"overloaded","type":"overloaded_error"}}\n\n`], "end"],
    ["an error event came", [`event: error\ndata: {"message":"boom"}\n\n`], "end"],
    ["half an event came", [event({ content: "x" }).slice(0, 40)], "reset"],
    ["[DONE] came at once", [done], "end"],
    ["garbage came", ["data: <html>\n\n"], "end"],
  ])("the next candidate answers when %s", async (_what, pieces, then) => {
    const second = await answering();
    const proxy = await proxyOver({ one: await sending(pieces, then), two: second });
    const answer = await proxy.ask(stream);
    expect(answer.headers.get("x-route-model")).toBe("acme/two");
    expect(answer.headers.get("x-route-attempts")).toBe("2");
    const text = await answer.text();
    expect(text).toBe(wholeStream + done);
    expect((await proxy.lastDecision()).attempts.map(({ error_class }) => error_class === undefined)).toEqual([
      false,
      true,
    ]);
  });

  it("the next candidate answers when JSON or HTML comes in place of a stream", async () => {
    for (const [type, body] of [
      ["application/json", '{"error":{"message":"busy","code":503}}'],
      ["text/html", "<html>hello</html>"],
      ["text/plain", "busy"],
      ["text/plain", "data"],
      ["text/plain", ""],
      ["text/plain", "data: busy, try again later"],
      ["application/json", ""],
      ["application/json", "{}"],
    ] as const) {
      const first = await startUpstream((response) => {
        response.writeHead(200, { "content-type": type }).end(body);
      });
      const proxy = await proxyOver({ one: first, two: await answering() });
      expect((await proxy.ask(stream)).headers.get("x-route-model")).toBe("acme/two");
    }
  });

  it("the first_token timer ends the wait", async () => {
    const silent = await sending([": waiting\n\n"], "wait");
    const policy = policyOfHurried("acme/one", "{ first_token: 80ms }", "acme/two");
    const proxy = await startProxy(compile(policy, catalogOf({ one: silent.url, two: (await answering()).url })));
    expect((await proxy.ask(stream)).headers.get("x-route-model")).toBe("acme/two");
    const [first] = (await proxy.lastDecision()).attempts;
    expect(first).toMatchObject({ error_class: "timeout", error: "first_token timer (0.08 s)" });
    await silent.requests[0]!.hungUp;
  });
});

describe("after the first content", () => {
  const half = [event({ role: "assistant", content: "" }), event({ content: "Hel" })];
  const wholeEnd = event({}, "stop") + done;
  it.each<[string, readonly string[], "end" | "reset" | "wait"]>([
    ["the connection breaks", half, "reset"],
    ["the stream ends without its last event", half, "end"],
    ["half an event comes", [...half, event({ content: "lo" }).slice(0, 50)], "reset"],
    ["half an event comes, then the end", [...half, event({ content: "lo" }).slice(0, 50)], "end"],
    ["an error comes", [...half, `data: {"error":{"message":"secret words","code":500}}\n\n`, done], "end"],
    ["an event is cut off", [...half, `data: {"choices":[{"del\n\n`, event({ content: "lo" }), wholeEnd], "end"],
    ["an event is not JSON", [...half, "data: <html>\r\n\r\n", event({ content: "lo" }), wholeEnd], "end"],
    ["finish_reason error comes", [...half, event({}, "error"), done], "end"],
    ["finish_reason abort comes", [...half, event({}, "abort"), done], "end"],
    [
      "finish_reason insufficient_system_resource comes",
      [...half, event({}, "insufficient_system_resource"), done],
      "end",
    ],
    ["the idle timer runs out", half, "wait"],
  ])("a fault ends it with an error and without [DONE]: %s", async (_what, pieces, then) => {
    const second = await answering();
    const proxy = await proxyOver(
      { one: await sending(pieces, then), two: second },
      "{ to: [acme/one, acme/two], timeouts: { idle: 100ms } }",
    );
    const answer = await proxy.ask(stream);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain("secret words");
    const events = eventsOf(text);
    expect(
      textOf(
        events
          .slice(0, -1)
          .map((data) => `data: ${data}\n\n`)
          .join(""),
      ),
    ).toBe("Hel");
    expect(JSON.parse(events.at(-1)!)).toMatchObject({
      id: "chatcmpl-1",
      created: 1_700_000_000,
      model: "upstream-model",
      choices: [{ delta: {}, finish_reason: "error" }],
      error: { code: "stream_cut", type: "api_error", message: expect.stringContaining("acme/one@one") },
      decision: answer.headers.get("x-route-decision"),
    });
    expect(second.requests).toHaveLength(0);
    expect((await proxy.lastDecision()).result).toMatchObject({ status: 200, outcome: "cut", code: "stream_cut" });
  });

  it("text that looks like an error or an end is text", async () => {
    const tricky = 'say "error": {"finish_reason": "error"} [DONE]\nevent: error\n';
    const proxy = await proxyOver({
      one: await sending([event({ content: "a" }), event({ content: tricky }), event({}, "stop"), done]),
    });
    const text = await (await proxy.ask(stream)).text();
    expect(textOf(text)).toBe(`a${tricky}`);
    expect(text.endsWith(done)).toBe(true);
  });
});

describe("the client", () => {
  it("hangs up: the call to the provider ends within 100 ms, streamed or not, and is recorded as cancelled", async () => {
    for (const body of [stream, {}]) {
      const upstream =
        body === stream ? await sending([event({ content: "first" })], "wait") : await startUpstream(() => undefined);
      const proxy = await proxyOver({ one: upstream });
      const { port } = proxy.server.address() as AddressInfo;
      const asking = request({ port, path: "/v1/chat/completions", method: "POST" });
      asking.on("error", () => undefined);
      asking.end(JSON.stringify({ ...body, messages: [] }));
      while (upstream.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 30));
      const at = Date.now();
      asking.destroy();
      await upstream.requests[0]!.hungUp;
      console.log(`the upstream was closed ${Date.now() - at} ms after the client hung up`);
      const { attempts, result } = await proxy.lastDecision();
      expect(attempts).toEqual([expect.objectContaining({ error_class: "cancelled" })]);
      expect(result).toMatchObject({ outcome: "cancelled" });
    }
  });

  it("hangs up behind several requests on one connection: every call ends", async () => {
    const upstream = await startUpstream(() => undefined);
    const proxy = await proxyOver({ one: upstream }, "{ to: [acme/one] }");
    const body = '{"model":"auto","messages":[]}';
    const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const client = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    client.write(request.repeat(3));
    await expect.poll(() => upstream.requests.length).toBe(3);
    client.destroy();
    await Promise.all(upstream.requests.map(({ hungUp }) => hungUp));
    await expect.poll(async () => (await proxy.lastDecision()).result?.outcome).toBe("cancelled");
  });

  it("reads slowly: the provider is held up, memory is not filled, and idling does not count", async () => {
    const piece = event({ content: "x".repeat(64 * 1024) });
    const pieces = 800; // 50 MiB
    let sent = 0;
    const upstream = await startUpstream(async (response) => {
      startStream(response);
      for (; sent < pieces; sent++) {
        if (!response.write(piece)) await new Promise((resolve) => response.once("drain", resolve));
      }
      response.end(event({}, "stop") + done);
    });
    const proxy = await proxyOver({ one: upstream }, "{ to: [acme/one], timeouts: { idle: 1s } }");
    const { port } = proxy.server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    const body = JSON.stringify({ stream: true, messages: [] });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    const whilePaused = sent;
    expect(whilePaused).toBeLessThan(pieces / 2);
    let bytes = 0;
    let tail = "";
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      tail = (tail + chunk.toString("latin1")).slice(-200);
    });
    socket.resume();
    await new Promise((resolve) => socket.once("end", resolve));
    expect(bytes).toBeGreaterThan((pieces - 20) * piece.length);
    expect(tail).toContain("[DONE]");
  });

  it("takes nothing until total runs out: it counts as gone, and the provider is not to blame", async () => {
    const piece = event({ content: "x".repeat(64 * 1024) });
    const upstream = await startUpstream((response) => {
      startStream(response);
      const send = () => {
        while (response.write(piece));
        response.once("drain", send);
      };
      send();
    });
    const proxy = await proxyOver({ one: upstream }, "{ to: [acme/one], timeouts: { total: 3s } }");
    const { port } = proxy.server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1").pause();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const body = JSON.stringify({ stream: true, messages: [] });
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(() => upstream.requests.length).toBe(1);
    await upstream.requests[0]!.hungUp;
    socket.on("error", () => undefined).resume();
    await closed;
    const { attempts, result } = await proxy.lastDecision();
    expect([attempts[0]?.error_class, result?.outcome]).toEqual(["cancelled", "cancelled"]);
    const [endpoint] = ((await (await fetch(`${proxy.url}/admin/health`)).json()) as { endpoints: object[] }).endpoints;
    expect(endpoint).toMatchObject({ circuit: { recent: { failures: 0 } }, error_rate: 0, in_flight: 0 });
  });
});
