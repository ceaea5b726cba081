import { readFile, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { hasCurl } from "../services/available.js";
import { walkPage } from "./walk-page.js";

// These pages show what really happens: `UPDATE_TRANSCRIPTS=1 npx vitest run test/cli/walkthroughs.test.ts` writes them anew.
it.skipIf(!hasCurl).each(["docs/first-policy.md", "docs/many-teams.md"])(
  "%s can be followed from top to bottom",
  { timeout: 600_000 },
  async (page) => {
    const actual = await walkPage(page);
    if (process.env["UPDATE_TRANSCRIPTS"] === "1") await writeFile(page, actual);
    expect(actual).toBe(await readFile(page, "utf8"));
  },
);
