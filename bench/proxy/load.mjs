/**
 * The clients: raw sockets, so that the load costs little beside what it measures. Takes one job a message from the parent
 * and answers with what it saw. Jobs: `closed` (each connection asks again as soon as it is answered), `rate` (so many
 * requests a second), `streams` (so many streams at once, each begun again when it ends), `abort` (streams that are hung up).
 */
import { connect } from "node:net";

process.on("message", async (job) => process.send(await jobs[job.kind](job)));

const now = () => performance.timeOrigin + performance.now();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const jobs = {
  async closed({ port, request, connections, ms }) {
    const seen = { requests: 0, errors: 0 };
    const bytes = Buffer.from(request, "latin1");
    const end = now() + ms;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const client = new Client(port);
        while (now() < end) {
          if ((await client.ask(bytes)) === 200) seen.requests += 1;
          else seen.errors += 1;
        }
        client.close();
      }),
    );
    return seen;
  },

  async rate({ port, request, perSecond, ms }) {
    const bytes = Buffer.from(request, "latin1");
    const free = [];
    const times = [];
    let errors = 0;
    const waiting = [];
    const startedAt = now();
    const count = Math.round((perSecond * ms) / 1_000);
    for (let index = 0; index < count; index++) {
      const due = startedAt + (index * 1_000) / perSecond;
      if (due - now() > 1) await sleep(due - now() - 0.5);
      const client = free.pop() ?? new Client(port);
      const asked = now();
      waiting.push(
        client.ask(bytes).then((status) => {
          if (status === 200) times.push(now() - asked);
          else errors += 1;
          free.push(client);
        }),
      );
    }
    await Promise.all(waiting);
    for (const client of free) client.close();
    return { requests: times.length, errors, ...quantiles(times) };
  },

  async streams({ port, request, streams, ms }) {
    const bytes = Buffer.from(request, "latin1");
    const delays = [];
    let [chunks, errors] = [0, 0];
    const end = now() + ms;
    const onData = (data) => {
      const text = data.latin1Slice();
      for (let at = text.indexOf(" t1"); at !== -1; at = text.indexOf(" t1", at + 3)) {
        chunks += 1;
        delays.push(now() - Number(text.slice(at + 2, text.indexOf("t", at + 2))));
      }
    };
    await Promise.all(
      Array.from({ length: streams }, async (_, index) => {
        await sleep((index / streams) * Math.min(1_000, ms / 4)); // not all at once
        const client = new Client(port, onData);
        while (now() < end) if ((await client.ask(bytes)) !== 200) errors += 1;
        client.close();
      }),
    );
    return { requests: chunks, errors, ...quantiles(delays) };
  },

  /** Hangs up streams after their first bytes. */
  async abort({ port, request, streams }) {
    const bytes = Buffer.from(request, "latin1");
    await Promise.all(
      Array.from({ length: streams }, () => {
        let begun;
        const first = new Promise((resolve) => {
          begun = resolve;
        });
        const client = new Client(port, begun);
        void client.ask(bytes);
        return first.then(() => client.close());
      }),
    );
    return { requests: streams, errors: 0 };
  },
};

function quantiles(times) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** One connection; one request at a time. */
class Client {
  #socket;
  #resolve;
  #head = Buffer.alloc(0);
  /** Bytes of the body still to come; undefined before the head is read; NaN: chunked. */
  #left;
  #status = 0;

  constructor(port, onData) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (data) => {
      onData?.(data);
      this.#take(data);
    });
    this.#socket.on("error", () => this.#end(0));
    this.#socket.on("close", () => this.#end(0));
  }

  ask(bytes) {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) {
        setTimeout(resolve, 10, 0);
        return;
      }
      this.#resolve = resolve;
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(data) {
    let body = data;
    if (this.#left === undefined) {
      this.#head = this.#head.length === 0 ? data : Buffer.concat([this.#head, data]);
      const end = this.#head.indexOf(END_OF_HEAD);
      if (end === -1) return;
      const head = this.#head.latin1Slice(0, end).toLowerCase();
      this.#status = Number(head.slice(9, 12));
      const length = /\ncontent-length: *(\d+)/.exec(head);
      this.#left = length === null ? Number.NaN : Number(length[1]);
      body = this.#head.subarray(end + 4);
    }
    if (Number.isNaN(this.#left)) {
      if (body.length >= 5 && body.subarray(-5).equals(LAST_CHUNK)) this.#end(this.#status);
      return;
    }
    this.#left -= body.length;
    if (this.#left <= 0) this.#end(this.#status);
  }

  #end(status) {
    this.#head = Buffer.alloc(0);
    this.#left = undefined;
    this.#resolve?.(status);
    this.#resolve = undefined;
  }
}
