import { describe, expect, it } from "vitest";
import { createWhyNot, WhyNotGivenUp } from "../../../../server/http/control-plane/ask-why-not.js";

const question = { files: [], facts: {}, world: {}, model: "acme/one" };
const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const answering = script(`import { parentPort } from "node:worker_threads"; parentPort.postMessage("answer");`);
const never = new AbortController().signal;

describe("createWhyNot", () => {
  it.each<[string, string, object, string]>([
    ["hangs", "for (;;) {}", { timeoutMs: 200 }, "the answer takes longer than 0.2 s"],
    [
      "needs too much memory",
      "const kept = []; for (;;) kept.push(new Array(10000).fill({}).map((_, i) => ({ i })))",
      { memoryMb: 16 },
      "the answer takes more than 16 MiB of memory",
    ],
  ])("gives up when the thread %s", async (_what, text, options, message) => {
    const asked = createWhyNot({ workerUrl: script(text), ...options })(question, never);
    await expect(asked).rejects.toThrow(WhyNotGivenUp);
    await expect(asked).rejects.toThrow(message);
  });

  it.each([
    ["throws", "throw new Error('no such thing')", "no such thing"],
    ["ends without an answer", "process.exit(3)", "exit code 3 and without an answer"],
  ])("fails when the thread %s", async (_what, text, message) => {
    await expect(createWhyNot({ workerUrl: script(text) })(question, never)).rejects.toThrow(message);
  });

  it("ends the thread when nobody waits any more, and goes on with the next question", async () => {
    const gone = new AbortController();
    const ask = createWhyNot({
      workerUrl: script(
        `import { parentPort, workerData } from "node:worker_threads";
         if (workerData.model === "endless") for (;;) {}
         parentPort.postMessage("answer of " + workerData.model);`,
      ),
    });
    const endless = ask({ ...question, model: "endless" }, gone.signal);
    const waiting = ask(question, gone.signal);
    const next = ask(question, never);
    gone.abort();
    await expect(endless).rejects.toThrow("aborted");
    await expect(waiting).rejects.toThrow("aborted");
    expect(await next).toBe("answer of acme/one");
  });

  it("answers one question at a time", async () => {
    const ask = createWhyNot({ workerUrl: answering });
    expect(await Promise.all([ask(question, never), ask(question, never)])).toEqual(["answer", "answer"]);
  });

  it("gives a question up at once for which too many others would have to be waited for", async () => {
    const ask = createWhyNot({ workerUrl: answering });
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => ask(question, never)));
    expect(all.filter(({ status }) => status === "rejected")).toHaveLength(3);
    expect(all[19]).toMatchObject({ reason: { message: "16 questions wait already" } });
    expect(await ask(question, never)).toBe("answer");
  });
});
