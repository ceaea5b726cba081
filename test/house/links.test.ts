import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const tracked = (await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"])).stdout
  .trim()
  .split("\n");
const [pack] = JSON.parse((await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"])).stdout) as [
  { files: readonly { path: string }[] },
];
const packed = pack.files.map(({ path }) => path);

/** Text that is no example in code. */
const prose = async (page: string) => (await readFile(page, "utf8")).replaceAll(/^```.*?^```$/gms, "");

/** The names by which GitHub links to a page's headings. */
async function anchorsOf(page: string): Promise<ReadonlySet<string>> {
  const headings = (await prose(page)).match(/^#+ .*/gm) ?? [];
  const names = headings.map((heading) =>
    heading
      .replace(/^#+ /, "")
      .replaceAll(/\]\([^)]*\)/g, "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-"),
  );
  return new Set(names.map((name, at) => (names.indexOf(name) === at ? name : `${name}-1`)));
}

/** Links of these pages that lead to nothing among the files. */
async function brokenLinks(files: readonly string[]): Promise<readonly string[]> {
  const isThere = (path: string) => files.includes(path) || files.some((file) => file.startsWith(`${path}/`));
  const broken: string[] = [];
  for (const page of files.filter((file) => file.endsWith(".md"))) {
    for (const [, link = ""] of (await prose(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : normalize(join(dirname(page), path)).replace(/\/$/, "");
      const leads = isThere(target) && (anchor === undefined || (await anchorsOf(target)).has(anchor));
      if (!leads) broken.push(`${page}: ${link}`);
    }
  }
  return broken;
}

it("every link of the docs leads somewhere", async () => {
  expect(await brokenLinks(tracked)).toEqual([]);
});

it("every link of the docs leads somewhere in the npm package", async () => {
  expect(packed).toContain("docs/http.md");
  expect(await brokenLinks(packed)).toEqual([]);
});
