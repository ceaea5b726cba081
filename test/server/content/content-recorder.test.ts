import { afterEach, describe, expect, it, vi } from "vitest";
import { ContentRecorder } from "../../../server/content/content-recorder.js";
import { BufferList } from "../../../server/json/buffer-list.js";

const MIB = 1024 * 1024;
const script = (text: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads"; parentPort.on("message", (asked) => { ${text} });`)}`,
  );
/** Answers how much it was given. */
const measuring = `
  const { id, isCut, isStream, request, answer } = asked;
  const content = JSON.stringify({ request: request.length, answer: answer?.length, isCut, isStream });
  parentPort.postMessage({ id, content: id === "unreadable" ? undefined : content });`;
const failing = `if (asked.id === "bad") throw new Error("a fault"); ${measuring}`;

const closing: ContentRecorder[] = [];
afterEach(async () => {
  for (const recorder of closing.splice(0)) await recorder.close();
});

function open(text = measuring, maxBytes = 100) {
  const stored = new Map<string, unknown>();
  const logged: string[] = [];
  const recorder = new ContentRecorder({
    settings: { maxBytes, patterns: [] },
    store: {
      record: ({ id, time, content }) => void stored.set(id, { time, ...JSON.parse(content) }),
      status: () => ({ waiting: 0, written: stored.size, lost: 0 }),
    },
    log: { warn: (_: unknown, message: string) => void logged.push(message) } as never,
    workerUrl: script(text),
  });
  closing.push(recorder);
  return { recorder, stored, logged };
}

const bytes = (length: number) => new BufferList([Buffer.alloc(length)]);

describe("ContentRecorder", () => {
  it("keeps what was asked and answered under the decision, also of a stream and without an answer", async () => {
    const { recorder, stored } = open();
    const [whole, stream, denied] = [recorder.begin(bytes(3)), recorder.begin(bytes(4)), recorder.begin(bytes(5))];
    whole?.answered(Buffer.alloc(7));
    for (const length of [8, 9]) stream?.streamed(Buffer.alloc(length));
    whole?.keep("dec_whole", 1);
    stream?.keep("dec_stream", 2);
    denied?.keep("dec_denied", 3);
    await recorder.close();
    expect(Object.fromEntries(stored)).toEqual({
      dec_whole: { time: 1, request: 3, answer: 7, isCut: false, isStream: false },
      dec_stream: { time: 2, request: 4, answer: 17, isCut: false, isStream: true },
      dec_denied: { time: 3, request: 5, isCut: false, isStream: true },
    });
    expect(recorder.status()).toEqual({ waiting: 0, written: 3, lost: 0 });
  });

  it("holds of a stream 64 times what is kept of it, and says that it is cut", async () => {
    const { recorder, stored } = open(measuring, 100);
    const stream = recorder.begin(bytes(1));
    for (const length of [6_000, 400, 1, 1]) stream?.streamed(Buffer.alloc(length));
    stream?.keep("dec_1", 1);
    await recorder.close();
    expect(stored.get("dec_1")).toMatchObject({ answer: 6_400, isCut: true });
  });

  it("holds no more than 128 MiB of all requests together, until they are kept or dropped", async () => {
    const { recorder, stored } = open();
    const kept = recorder.begin(bytes(MIB));
    const dropped = recorder.begin(bytes(127 * MIB));
    expect(recorder.begin(bytes(1))).toBeUndefined();
    expect(recorder.status().lost).toBe(1);
    dropped?.drop();
    const next = recorder.begin(bytes(127 * MIB));
    expect(next).toBeDefined();
    next?.drop();
    kept?.keep("dec_kept", 1);
    await expect.poll(() => stored.size).toBe(1);
    const all = recorder.begin(bytes(128 * MIB));
    expect(all).toBeDefined();
    all?.drop();
  });

  it("counts as lost what cannot be prepared, and what a thread held that failed; the next request starts another", async () => {
    const { recorder, stored, logged } = open(failing);
    for (const id of ["bad", "dec_behind"]) recorder.begin(bytes(1))?.keep(id, 1);
    await expect.poll(() => recorder.status()).toEqual({ waiting: 0, written: 0, lost: 2 });
    expect(logged).toEqual(["the thread that redacts content failed; what it held is not recorded"]);
    for (const id of ["unreadable", "dec_next"]) recorder.begin(bytes(1))?.keep(id, 1);
    await recorder.close();
    expect([...stored.keys()]).toEqual(["dec_next"]);
    expect(recorder.status()).toEqual({ waiting: 0, written: 1, lost: 3 });
    const all = recorder.begin(bytes(128 * MIB));
    expect(all, "nothing is held of what is lost").toBeDefined();
    all?.drop();
  });

  it("ends before the server gives it up, and says what it left", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const { recorder, stored, logged } = open("");
      recorder.begin(bytes(1))?.keep("dec_1", 1);
      const closed = recorder.close();
      await vi.advanceTimersByTimeAsync(5_999); // `closeAll` waits for 6,000
      await closed;
      expect([stored.size, recorder.status()]).toEqual([0, { waiting: 0, written: 0, lost: 1 }]);
      expect(logged).toEqual(["content was not redacted in time; it is not recorded"]);
    } finally {
      vi.useRealTimers();
    }
  });
});
