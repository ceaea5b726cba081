import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { BufferList } from "../../../server/json/buffer-list.js";
import { parseJson } from "../../../server/json/parse-json.js";

const MEGABYTE = 1_024 * 1_024;

describe("the bytes of a body with a long text", () => {
  it("are given back by a collection of what is young, so that the whole heap is not marked for them", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;
    const before = process.memoryUsage().arrayBuffers;
    for (let bodies = 0; bodies < 32; bodies++) parseBody();
    for (let turns = 0; turns < 4; turns++) {
      collect({ type: "minor" });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MEGABYTE);
  });
});

function parseBody(): void {
  const bytes = Buffer.alloc(MEGABYTE, "x");
  const start = bytes.write('{"messages":[{"role":"user","content":"') - 1;
  bytes.write('"}]}', MEGABYTE - 4);
  const end = MEGABYTE - 3;
  parseJson(bytes, [{ start, end, bytes: end - start - 2, hasEscapes: false }], new BufferList([bytes]));
}
