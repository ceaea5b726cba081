import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createLog } from "../../server/create-log.js";
import { eventually } from "../services/eventually.js";

describe("createLog", () => {
  const folder = mkdtempSync(join(tmpdir(), "routewright-log-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps lines that cannot be written for the next one that can be, and says how many were too many to keep", async () => {
    const file = join(folder, "log");
    writeFileSync(file, "");
    const fd = openSync(file, "r"); // to write to it fails
    const log = createLog(fd);
    log.info("first");
    for (let line = 0; line < 20; line++) log.info("x".repeat(1 << 16));
    closeSync(fd);
    expect(openSync(file, "w")).toBe(fd); // and now it does not
    log.info("last");
    const messages = () => {
      const lines = readFileSync(file, "utf8").trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line) as { msg: string; lines?: number });
    };
    await eventually(() => expect(messages().at(-1)).toMatchObject({ msg: expect.stringContaining("are lost") }));
    const all = messages();
    expect(all[0]?.msg).toBe("first");
    expect(all.at(-2)?.msg).toBe("last");
    expect(all.length - 2 + (all.at(-1)?.lines ?? 0)).toBe(21);
    closeSync(fd);
  });
});
