import { once } from "node:events";
import { createServer, get, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { ChunkedBody } from "../../../server/http/chunked-body.js";
import { close, listen, portOf } from "../../services/listen.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of closing.splice(0)) await end();
});

async function serve(answer: (body: ChunkedBody, response: ServerResponse, path: string) => unknown): Promise<number> {
  const server = createServer((request, response) => answer(new ChunkedBody(response), response, request.url ?? ""));
  closing.push(() => close(server));
  await listen(server);
  return portOf(server);
}

/** What a server sends for the bytes of requests, until it closes the connection. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  return text(socket);
}

const bytes = (length: number, letter = "x") => Buffer.alloc(length, letter);

describe("ChunkedBody", () => {
  it("frames chunks of any size as HTTP has it, those in one piece and those in parts", async () => {
    const sizes = [1, 15, 16, 255, 256, 4_095, 4_096, 16_384, 16_385, 70_000, 7];
    const port = await serve((body, response) => {
      for (const size of sizes) body.write([bytes(size)]);
      response.end("end");
    });
    const request = get({ port, host: "127.0.0.1", agent: false });
    const [response] = await once(request, "response");
    expect(await text(response)).toBe(`${sizes.map((size) => "x".repeat(size)).join("")}end`);
  });

  it("pieces that come together are one chunk, written at once; nothing is no chunk", async () => {
    const port = await serve((body, response) => {
      response.setHeader("connection", "close");
      body.write([Buffer.from("head")]);
      body.write([Buffer.from("ab"), Buffer.alloc(0), Buffer.from("cde")]);
      body.write([Buffer.alloc(0)]);
      body.write([]);
      setImmediate(() => {
        const { bytesWritten = 0 } = response.socket ?? {};
        body.write([Buffer.from("fg")]);
        const { bytesWritten: now = 0, writableLength } = response.socket ?? {};
        response.end(` ${now - bytesWritten} ${writableLength}`);
      });
    });
    const answer = await raw(port, "GET / HTTP/1.1\r\nhost: test\r\n\r\n");
    expect(answer.slice(answer.indexOf("\r\n\r\n") + 4)).toBe(
      "4\r\nhead\r\n5\r\nabcde\r\n2\r\nfg\r\n4\r\n 7 0\r\n0\r\n\r\n",
    );
  });

  it("HTTP/1.0 has no chunks", async () => {
    const port = await serve((body, response) => {
      for (const word of ["one ", "two ", "three"]) body.write([Buffer.from(word)]);
      response.end();
    });
    const answer = await raw(port, "GET / HTTP/1.0\r\n\r\n");
    expect(answer.slice(answer.indexOf("\r\n\r\n") + 4)).toBe("one two three");
  });

  it("an answer that waits for another one on its connection comes after it, whole", async () => {
    let first: ServerResponse | undefined;
    const port = await serve((body, response, path) => {
      for (const word of [path, "+", path]) body.write([Buffer.from(word)]);
      if (path === "/a") first = response;
      else {
        response.end();
        first?.end();
      }
    });
    const answers = await raw(port, "GET /a HTTP/1.1\r\nhost: t\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
    expect(answers.replaceAll(/HTTP\/1\.1 200[\s\S]*?\r\n\r\n/g, "HEAD ")).toBe(
      "HEAD 2\r\n/a\r\n1\r\n+\r\n2\r\n/a\r\n0\r\n\r\nHEAD /b+/b",
    );
  });

  it("says when a client is slow, and when it has taken what there was", async () => {
    let waits = 0;
    let mostHeld = 0;
    let mayHold = 0;
    const port = await serve(async (body, response) => {
      for (let index = 0; index < 4_000; index++) {
        const goesOn = body.write([bytes(8_000)]);
        mostHeld = Math.max(mostHeld, response.socket?.writableLength ?? 0);
        mayHold = (response.socket?.writableHighWaterMark ?? 0) + 16_000; // 16 KiB on Node 20, 64 KiB on Node 24
        if (goesOn) continue;
        waits++;
        await new Promise<void>((resolve) => body.onceDrained(resolve));
      }
      response.end();
    });
    const [response] = await once(get({ port, host: "127.0.0.1", agent: false }), "response");
    expect((await text(response)).length).toBe(4_000 * 8_000);
    expect(waits).toBeGreaterThan(0);
    expect(mostHeld).toBeLessThan(mayHold);
  });
});
