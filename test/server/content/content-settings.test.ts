import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readContentDays, readContentSettings } from "../../../server/content/content-settings.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "routewright-content-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("readContentSettings()", () => {
  it("records nothing unless it is asked to", async () => {
    expect(await readContentSettings({})).toBeUndefined();
    expect(await readContentSettings({ RECORD_CONTENT: "0" })).toBeUndefined();
    expect(await readContentSettings({ RECORD_CONTENT: "1" })).toEqual({ maxBytes: 64_000, patterns: [] });
    expect(readContentDays({})).toBe(7);
  });

  it("reads the operator's patterns, one a line", async () => {
    const file = join(folder, "good.txt");
    await writeFile(file, "# staff numbers\n\\bEMP-\\d{6}\\b\n\n(?i)project alpha\n");
    const settings = await readContentSettings({ RECORD_CONTENT: "1", CONTENT_KILOBYTES: "8", CONTENT_PATTERNS: file });
    expect(settings).toEqual({ maxBytes: 8_000, patterns: ["\\bEMP-\\d{6}\\b", "(?i)project alpha"] });
  });

  it.each([
    ["(unclosed", /bad\.txt:2: .*missing closing \)/],
    ["(?=ahead)", /bad\.txt:2: .*no look-around/],
    ["a*", /bad\.txt:2: it matches the empty text/],
  ])("refuses the pattern %s with its place", async (pattern, message) => {
    const file = join(folder, "bad.txt");
    await writeFile(file, `# first\n${pattern}\n`);
    const reading = readContentSettings({ RECORD_CONTENT: "1", CONTENT_PATTERNS: file });
    await expect(reading).rejects.toThrow(message);
  });

  it.each([
    [{ RECORD_CONTENT: "yes" }, /RECORD_CONTENT takes 1/],
    [{ RECORD_CONTENT: "1", CONTENT_KILOBYTES: "0" }, /CONTENT_KILOBYTES takes a whole number from 1/],
    [{ RECORD_CONTENT: "1", CONTENT_PATTERNS: "/nowhere.txt" }, /CONTENT_PATTERNS: \/nowhere\.txt cannot be read/],
  ])("refuses %o", async (environment, message) => {
    await expect(readContentSettings(environment)).rejects.toThrow(message);
  });
});
