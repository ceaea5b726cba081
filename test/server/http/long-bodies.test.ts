import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { collectGarbage } from "../../../server/collect-garbage.js";
import { close, listen } from "../../services/listen.js";
import {
  catalogOf,
  compile,
  event,
  policyOf,
  sendJson,
  startAnswering,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
} from "./harness.js";

afterEach(stopAll);

/** Some 700 KB with all that a JSON string can hold, also across the places where it is cut. */
const prompt = 'She said: "naïve – 你好 \u{1f600}"\n\tC:\\temp\\u0041\n'.repeat(15_000);
const written = (model: string, isAscii: boolean) => {
  const body = JSON.stringify({ messages: [{ role: "user", content: prompt }], model, temperature: 0.5 });
  return isAscii
    ? body.replaceAll(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : body;
};
const wide = (upstreams: Parameters<typeof catalogOf>[0]) => catalogOf(upstreams).replaceAll("100k", "10M");
const post = (url: string, body: string, headers = {}) =>
  fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });

describe("a body of many pieces", () => {
  it.each([false, true])(
    "reaches every candidate byte for byte but for the model (ASCII only: %s)",
    async (isAscii) => {
      const broken = await startUpstream((response) => sendJson(response, { error: { message: "no" } }, 500));
      const fine = await startAnswering();
      const catalog = wide({ one: broken.url, two: fine.url });
      const proxy = await startProxy(compile(policyOf("{ to: [acme/one, acme/two], retries: 1 }"), catalog));
      const answer = await post(proxy.url, written("auto", isAscii));
      expect(answer.status).toBe(200);
      const received = [...broken.requests, ...fine.requests];
      expect(received.map(({ body }) => body === written("one-model", isAscii))).toEqual([true, true, false]);
      expect(received[2]?.body === written("two-model", isAscii)).toBe(true);
      for (const { headers, body } of received) {
        expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
        expect(headers["transfer-encoding"]).toBeUndefined();
      }
    },
  );

  it("is translated for a provider of another format", async () => {
    const message = { id: "msg_1", type: "message", role: "assistant", model: "one-model", stop_reason: "end_turn" };
    const upstream = await startUpstream((response) =>
      sendJson(response, {
        ...message,
        content: [{ type: "text", text: "fine" }],
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    );
    const catalog = wide({ one: upstream.url }).replace("format: openai", "format: anthropic");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    const answer = await post(proxy.url, written("auto", true));
    expect(answer.status).toBe(200);
    const sent = JSON.parse(upstream.requests[0]?.body ?? "") as {
      messages: [{ content: string | [{ text: string }] }];
    };
    const { content } = sent.messages[0];
    expect((typeof content === "string" ? content : content[0].text) === prompt).toBe(true);
  });

  it("keeps its sticky prefix and its size, whether it is read or not", async () => {
    const upstream = await startAnswering();
    const policy = compile(
      policyOf("{ to: [acme/one], strategy: cheapest, sticky: prefix }"),
      wide({ one: upstream.url }),
    );
    const proxy = await startProxy(policy);
    const prefixOf = async (body: string) => {
      expect((await post(proxy.url, body)).status).toBe(200);
      const { world, facts } = await proxy.lastDecision();
      return { prefix: world.prefix, size: facts["context_tokens"]?.source };
    };
    const first = await prefixOf(written("auto", false));
    expect(first.prefix).toMatch(/^[0-9a-f]{16}$/);
    expect(first.size).toBe("estimate");
    expect(await prefixOf(written("auto", true))).toEqual(first);
    const short = JSON.stringify({ model: "auto", messages: [{ role: "user", content: prompt.slice(0, 4_096) }] });
    expect(await prefixOf(short)).toEqual(first);
  });

  it("may come in tiny pieces", async () => {
    const upstream = await startAnswering();
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), wide({ one: upstream.url })));
    const body = Buffer.from(
      JSON.stringify({ messages: [{ role: "user", content: "é".repeat(100_000) }], model: "auto" }),
    );
    const socket = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    for (let at = 0; at < body.length; at += 97) {
      const piece = body.subarray(at, at + 97);
      socket.write(`${piece.length.toString(16)}\r\n${piece.toString("latin1")}\r\n`, "latin1");
    }
    socket.write("0\r\n\r\n");
    let answer = "";
    for await (const data of socket) answer += String(data);
    expect(answer).toMatch(/^HTTP\/1.1 200/);
    expect(upstream.requests[0]?.body === body.toString().replace('"auto"', '"one-model"')).toBe(true);
  });

  it("gets the answer of a provider that refuses it before it has read it", async () => {
    const server = createServer((_, response) => {
      response.writeHead(413, { "content-type": "application/json" }).end('{"error":{"message":"too long for me"}}');
    });
    const url = `${await listen(server)}/v1`;
    try {
      const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), wide({ one: url })));
      const answer = await post(proxy.url, written("auto", false));
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ error: { message: "too long for me" } });
    } finally {
      await close(server);
    }
  });

  it("is not held while its stream goes on, unless another candidate may be asked to go on with it", async () => {
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        startStream(response);
        response.write(event({ content: "Hel" }));
      });
    });
    const url = `${await listen(server)}/v1`;
    const content = "a word ".repeat(600_000);
    const body = Buffer.from(JSON.stringify({ model: "auto", stream: true, messages: [{ role: "user", content }] }));
    const heldBy = async (route: string) => {
      const proxy = await startProxy(compile(policyOf(route), wide({ one: url })));
      await settled();
      const before = process.memoryUsage().arrayBuffers;
      const sockets = await Promise.all(Array.from({ length: 8 }, () => beginStream(proxy.url, body)));
      await settled();
      const held = (process.memoryUsage().arrayBuffers - before) / body.length;
      for (const socket of sockets) socket.destroy();
      return held;
    };
    try {
      expect(await heldBy("{ to: [acme/one] }")).toBeLessThan(2);
      expect(await heldBy("{ to: [acme/one], continue: true }")).toBeGreaterThan(7);
    } finally {
      await close(server);
    }
  });

  it.each(["openai", "anthropic"])(
    "is not held either where it is many short texts, which were read, for a provider of the format %s",
    async (format) => {
      const server = createServer((request, response) => {
        request.resume().on("end", () => {
          startStream(response);
          response.write(format === "openai" ? event({ content: "Hel" }) : anthropicBegin);
        });
      });
      const url = `${await listen(server)}/v1`;
      const messages = Array.from({ length: 400 }, (_, index) => ({
        role: index % 2 === 0 ? "user" : "assistant",
        content: `${index} ${"a word ".repeat(500)}`,
      }));
      const body = Buffer.from(JSON.stringify({ model: "auto", stream: true, messages }));
      const heldBy = async (route: string) => {
        const catalog = wide({ one: url }).replace("format: openai", `format: ${format}`);
        const proxy = await startProxy(compile(policyOf(route), catalog));
        for (const socket of [await beginStream(proxy.url, body)]) socket.destroy(); // loads what is loaded once
        await settled();
        const before = process.memoryUsage().heapUsed;
        const sockets = await Promise.all(Array.from({ length: 8 }, () => beginStream(proxy.url, body)));
        await settled();
        const held = (process.memoryUsage().heapUsed - before) / body.length;
        for (const socket of sockets) socket.destroy();
        return held;
      };
      try {
        expect(await heldBy("{ to: [acme/one] }")).toBeLessThan(3);
        expect(await heldBy("{ to: [acme/one], continue: true }")).toBeGreaterThan(6);
      } finally {
        await close(server);
      }
    },
  );
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage(); // memory of buffers is given back by the next collection
  }
}

/** The first events of a message, up to its first text. */
const anthropicBegin = [
  {
    type: "message_start",
    message: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1 } },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
]
  .map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
  .join("");

/** @returns the connection once the answer has begun. */
function beginStream(url: string, body: Buffer): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`);
  socket.write(body);
  return new Promise((resolve) => {
    let answer = "";
    socket.on("data", (data) => {
      answer += String(data);
      if (answer.includes("Hel")) resolve(socket);
    });
  });
}
