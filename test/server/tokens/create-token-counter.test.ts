import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { createTokenCounter } from "../../../server/tokens/create-token-counter.js";
import { proseSamples } from "../../engine/tokens/sample-texts.js";

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const built = join(import.meta.dirname, "../../../dist/server/tokens/create-token-counter.js");
const texts = Object.values(proseSamples);
const exact = texts.reduce((sum, text) => sum + countTokens(text), 0);

describe("createTokenCounter()", () => {
  it("adds up the exact counts of several texts", async () => {
    const counter = createTokenCounter({ runIn: "main", timeLimitMs: 60_000 });
    expect(await counter.count(texts)).toEqual({ tokens: exact, how: "exact" });
    expect(await counter.count([])).toEqual({ tokens: 0, how: "exact" });
  });

  it("counts nothing beyond its cap, and says so", async () => {
    const counter = createTokenCounter({ runIn: "main", timeLimitMs: 60_000, maxCharacters: 100 });
    expect(await counter.count(["a ".repeat(50)])).toEqual({ tokens: 51, how: "exact" });
    expect(await counter.count(["a ".repeat(40), "b ".repeat(11)])).toMatchObject({ how: "bounded", why: "too_long" });
    expect(await counter.count(texts)).toEqual({ how: "bounded", why: "too_long" });
  });

  it("gives up in the middle of a text when its time is over", async () => {
    let time = 0;
    const counter = createTokenCounter({ runIn: "main", timeLimitMs: 10, now: () => time++ });
    expect(await counter.count(["a b ".repeat(50_000)])).toMatchObject({ how: "bounded", why: "too_late" });
  });

  it("tells how many prompts were measured, counted, and only bounded", async () => {
    const counter = createTokenCounter({ runIn: "main", timeLimitMs: 60_000, maxCharacters: 10 });
    counter.noteRequest();
    counter.noteRequest();
    await counter.count(["short"]);
    await counter.count(["much too long for it"]);
    expect(counter.stats()).toEqual({ requests: 2, exactNeeded: 2, bounded: 1 });
  });

  it("says so when the thread crashes, and starts another for the next count", async () => {
    const failures: string[] = [];
    const counter = createTokenCounter({
      workerUrl: script('throw new Error("boom")'),
      onFailure: (message) => failures.push(message),
    });
    expect(await counter.count(texts)).toEqual({ how: "bounded", why: "failed" });
    expect(await counter.count(texts)).toEqual({ how: "bounded", why: "failed" });
    expect(failures).toEqual(["the counting thread failed: boom", "the counting thread failed: boom"]);
    await counter.close();
  });

  it("does not wait longer than its limit for a thread that hangs", async () => {
    const counter = createTokenCounter({ workerUrl: script("for (;;) {}"), timeLimitMs: 100 });
    expect(await counter.count(texts)).toEqual({ how: "bounded", why: "too_late" });
    await counter.close();
  });

  it("ends counts under way, and later ones, when it is closed", async () => {
    const counter = createTokenCounter({ workerUrl: script("for (;;) {}"), timeLimitMs: 20_000 });
    const underWay = counter.count(["under way"]);
    await counter.close();
    expect(await underWay).toMatchObject({ how: "bounded", why: "closed" });
    expect(await counter.count(["later"])).toMatchObject({ how: "bounded", why: "closed" });
  });

  // The thread runs compiled JavaScript; `npm test` builds before it tests.
  it.skipIf(!existsSync(built))("counts in a thread of its own, several at once, and ends it", async () => {
    const module = (await import(
      pathToFileURL(built).href
    )) as typeof import("../../../server/tokens/create-token-counter.js");
    const counter = module.createTokenCounter({ timeLimitMs: 20_000 });
    await counter.prepare();
    const all = await Promise.all([counter.count(texts), counter.count(["a".repeat(64 * 1024)]), counter.count(["x"])]);
    expect(all).toEqual([
      { tokens: exact, how: "exact" },
      { tokens: 8_192, how: "exact" },
      { tokens: 1, how: "exact" },
    ]);
    expect(await counter.count(["a b ".repeat(1_000)])).toEqual({ tokens: 2_001, how: "exact" });
    await counter.close();
  });
});
