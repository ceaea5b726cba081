import { type ClientRequest, createServer, request, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IncomingBodies } from "../../../../server/http/body/incoming-bodies.js";
import { readBody } from "../../../../server/http/body/read-body.js";
import { eventually } from "../../../services/eventually.js";
import { close, listen, portOf } from "../../../services/listen.js";

const KB = 1024;

// Real requests, whose bodies stop in the middle.
describe("readBody()", () => {
  let server: Server;
  let seen: Map<string, number>;
  let hungUp: number;
  const clients: ClientRequest[] = [];
  beforeEach(async () => {
    const bodies = new IncomingBodies(1_000 * KB);
    seen = new Map();
    hungUp = 0;
    server = createServer((incoming, response) => {
      const { url = "" } = incoming;
      incoming.on("data", (chunk: Buffer) => seen.set(url, (seen.get(url) ?? 0) + chunk.length));
      readBody(incoming, 800 * KB, bodies).then(
        (body) => {
          response.writeHead("status" in body ? body.status : 200, "headers" in body ? { ...body.headers } : {});
          response.end("status" in body ? body.code : String(body.length));
        },
        () => {
          hungUp += 1;
        },
      );
    });
    await listen(server);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await close(server);
  });

  /** Sends the beginning of a body, and waits until all of it has come. */
  async function begin(path: string, bytes: number): Promise<{ client: ClientRequest; answer: Promise<string> }> {
    const client = request({ port: portOf(server), host: "127.0.0.1", method: "POST", path });
    clients.push(client);
    const answer = new Promise<string>((resolve, reject) => {
      client.on("error", reject);
      client.on("response", (response) => {
        let text = `${response.statusCode} ${response.headers["retry-after"] ?? "-"} `;
        response.on("data", (data: Buffer) => {
          text += data.toString();
        });
        response.on("end", () => resolve(text));
      });
    });
    answer.catch(() => undefined);
    client.write(Buffer.alloc(bytes));
    await eventually(() => expect(seen.get(path)).toBe(bytes));
    return { client, answer };
  }

  it("has the largest body give way when those on their way hold too much, and takes the others", async () => {
    const large = await begin("/large", 700 * KB);
    const small = await begin("/small", 200 * KB);
    const last = await begin("/last", 200 * KB);
    expect(await large.answer).toBe("503 1 too_many_bodies");
    for (const one of [small, last]) one.client.end();
    expect([await small.answer, await last.answer]).toEqual([`200 - ${200 * KB}`, `200 - ${200 * KB}`]);
  });

  it("counts no body that is complete, refused, or whose client is gone", async () => {
    for (let round = 0; round < 3; round++) {
      const whole = await begin(`/whole${round}`, 600 * KB);
      whole.client.end();
      expect(await whole.answer).toBe(`200 - ${600 * KB}`);
      const refused = await begin(`/refused${round}`, 900 * KB);
      expect(await refused.answer).toBe("413 - request_too_large");
      const gone = await begin(`/gone${round}`, 600 * KB);
      gone.client.destroy();
      await eventually(() => expect(hungUp).toBe(round + 1));
    }
    const one = await begin("/one", 600 * KB);
    one.client.end();
    expect(await one.answer).toBe(`200 - ${600 * KB}`);
  });
});
