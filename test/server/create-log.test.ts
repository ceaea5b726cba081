import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
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

  it("leaves modules where they are that are found through a link, as pnpm has them", async () => {
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "linked"));
    for (const name of ["first.cjs", "real/second.cjs"])
      writeFileSync(join(folder, name), "exports.place = __filename;");
    const child = spawnScript(`
      const { createRequire } = await import("node:module");
      const load = createRequire(${JSON.stringify(join(folder, "main.js"))});
      load("./first.cjs"); // Node knows the folder now
      createLog();
      process.stdout.write(load("./linked/second.cjs").place);
    `);
    const written = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(written).toEqual([join(realpathSync(folder), "real/second.cjs"), ""]);
  });

  it("stops nothing while nobody reads the pipe that it is written to, and loses no line", async () => {
    const child = spawnScript(`
      const log = createLog();
      for (let line = 0; line < 300; line++) log.info({ line }, "x".repeat(1_000)); // pipes hold 64 KiB
      await new Promise((resolve) => process.stdout.write("goes on", resolve));
      log.info({ line: 300 }, "last");
      process.exit();
    `);
    try {
      expect(String((await once(child.stdout, "data"))[0])).toBe("goes on");
      const lines = (await text(child.stderr)).trimEnd().split("\n");
      expect(lines.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual(
        Array.from({ length: 301 }, (_, line) => line),
      );
    } finally {
      child.kill("SIGKILL");
    }
  });
});

/** Runs a script that has `createLog`, with stderr a pipe. */
function spawnScript(script: string) {
  const here = (name: string) => pathToFileURL(join(import.meta.dirname, name)).href;
  const source = `import { createLog } from ${JSON.stringify(here("../../server/create-log.ts"))};\n${script}`;
  const flags = ["--import", here("run-typescript.mjs"), "--input-type=module", "--eval", source];
  return spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "pipe"] });
}
