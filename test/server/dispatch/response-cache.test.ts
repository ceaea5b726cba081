import { describe, expect, it, vi } from "vitest";
import { collectGarbage } from "../../../server/collect-garbage.js";
import { ClientPresence } from "../../../server/dispatch/answers/client-presence.js";
import { type CachedAnswer, ResponseCache } from "../../../server/dispatch/response-cache.js";
import { eventually } from "../../services/eventually.js";

/** What the cache keeps of an answer. */
async function kept(answer: CachedAnswer): Promise<CachedAnswer> {
  const cache = new ResponseCache();
  const ask = () =>
    cache.findOrMake(
      "key",
      60_000,
      new ClientPresence(),
      async () => undefined,
      () => answer,
    );
  await ask();
  const again = await ask();
  if (!("found" in again)) throw new Error("it was not kept");
  return again.found;
}

describe("ResponseCache", () => {
  // What it counts is what it takes: a small Buffer is else part of a pool that stays as long as any part of it.
  it("holds no more memory than the bytes of an answer", async () => {
    const socket = Buffer.alloc(65_536, "data: {}\n\n");
    const [first, second, last] = [socket.subarray(0, 10), Buffer.from(socket.subarray(10, 20)), Buffer.from("[DONE]")];
    const stream = await kept({ kind: "stream", events: [first, second], last });
    expect(stream).toEqual({ kind: "stream", events: [first, second], last });
    for (const piece of stream.kind === "stream" ? [...stream.events, stream.last] : []) {
      expect(piece?.buffer.byteLength).toBe(26);
    }
    const whole = await kept({ kind: "whole", body: first });
    expect(whole).toEqual({ kind: "whole", body: first });
    expect(whole.kind === "whole" && whole.body.buffer.byteLength).toBe(10);
  });

  it("keeps an answer for so long and no longer", async () => {
    let now = 1_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const cache = new ResponseCache();
    let made = 0;
    const ask = () =>
      cache.findOrMake(
        "key",
        60_000,
        new ClientPresence(),
        async () => ++made,
        () => ({ kind: "whole", body: Buffer.from("x") }),
      );
    await ask();
    for (const later of [59_000, 2_000]) {
      now += later;
      await new Promise((resolve) => setTimeout(resolve, 5)); // the cache reads the clock once a millisecond
      await ask();
    }
    expect(made).toBe(2);
    vi.restoreAllMocks();
  });

  it("lets go of an answer whose time is over, also when nobody asks for it again", async () => {
    const cache = new ResponseCache();
    const ask = () =>
      cache.findOrMake(
        "key",
        200,
        new ClientPresence(),
        async () => undefined,
        () => ({ kind: "whole", body: Buffer.from("x") }),
      );
    const askTwice = async () => {
      await ask();
      const again = await ask();
      return new WeakRef("found" in again ? again.found : {});
    };
    const answer = await askTwice();
    await eventually(() => {
      collectGarbage();
      expect(answer.deref() === undefined).toBe(true); // an assertion about it would hold it
    }, 5_000);
    expect(cache).toBeInstanceOf(ResponseCache); // it is what would keep the answer
  });

  it("keeps no answer that is larger than a mebibyte", async () => {
    const body = Buffer.alloc(1024 * 1024);
    expect(await kept({ kind: "whole", body })).toEqual({ kind: "whole", body });
    await expect(kept({ kind: "whole", body: Buffer.concat([body, Buffer.alloc(1)]) })).rejects.toThrow("not kept");
  });

  it("keeps streams without a last event", async () => {
    const stream: CachedAnswer = { kind: "stream", events: [Buffer.from("data: 1\n\n")], last: undefined };
    expect(await kept(stream)).toEqual(stream);
  });
});
