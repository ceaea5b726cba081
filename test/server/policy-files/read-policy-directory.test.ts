import { execFile } from "node:child_process";
import { mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { directoryLimits, PolicyDirectoryError } from "../../../server/policy-files/list-policy-files.js";
import { readPolicyDirectory, takeReading } from "../../../server/policy-files/read-policy-directory.js";
import { cleanUp, folderWith } from "./harness.js";

const namesIn = async (directory: string) => (await readPolicyDirectory(directory)).map((file) => file.name);

async function refusalOf(directory: string): Promise<PolicyDirectoryError> {
  const error = await readPolicyDirectory(directory).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PolicyDirectoryError);
  return error as PolicyDirectoryError;
}

afterEach(cleanUp);

describe("readPolicyDirectory()", () => {
  it("reads all YAML files below the directory, sorted, with `/` in their names", async () => {
    const directory = await folderWith({
      "policy.yaml": "kind: policy\n",
      "catalog.yml": "kind: catalog\n",
      "teams/search/rules.yaml": "# ü\n",
      "tests/CASES.YAML": "kind: test\n",
      "README.md": "no",
      "policy.yaml~": "no",
    });
    expect(await readPolicyDirectory(directory)).toEqual([
      { name: "catalog.yml", text: "kind: catalog\n" },
      { name: "policy.yaml", text: "kind: policy\n" },
      { name: "teams/search/rules.yaml", text: "# ü\n" },
      { name: "tests/CASES.YAML", text: "kind: test\n" },
    ]);
  });

  it("leaves out hidden files and folders and node_modules", async () => {
    const directory = await folderWith({
      "policy.yaml": "",
      ".policy.yaml.swp": "",
      ".hidden.yaml": "",
      ".git/config.yaml": "",
      "node_modules/package/a.yaml": "",
    });
    expect(await namesIn(directory)).toEqual(["policy.yaml"]);
  });

  it("reads a Kubernetes ConfigMap, whose files are links through `..data`", async () => {
    const directory = await folderWith({ "..2026_11_24/policy.yaml": "kind: policy\n" });
    await symlink("..2026_11_24", join(directory, "..data"));
    await symlink("..data/policy.yaml", join(directory, "policy.yaml"));
    expect(await readPolicyDirectory(directory)).toEqual([{ name: "policy.yaml", text: "kind: policy\n" }]);
  });

  it("reads a directory that is itself a link, and links to folders inside it", async () => {
    const real = await folderWith({ "policy.yaml": "", "shared/a.yaml": "" });
    await symlink("shared", join(real, "teams"));
    const link = join(await folderWith({}), "current");
    await symlink(real, link);
    expect(await namesIn(link)).toEqual(["policy.yaml", "shared/a.yaml", "teams/a.yaml"]);
  });

  it.each([
    ["file", "secret.yaml"],
    ["folder", ""],
  ])("refuses a link to a %s outside the directory", async (_kind, inside) => {
    const outside = await folderWith({ "secret.yaml": "password: x" });
    const directory = await folderWith({ "policy.yaml": "" });
    await symlink(join(outside, inside), join(directory, "stolen.yaml"));
    const refusal = await refusalOf(directory);
    expect(refusal.code).toBe("outside");
    expect(refusal.message).toContain("stolen.yaml is a link to");
    expect(refusal.message).toContain("outside the policy directory");
  });

  it("refuses a folder beside it whose name begins like its own", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    await mkdir(`${directory}-other`);
    await writeFile(`${directory}-other/a.yaml`, "");
    await symlink(`${directory}-other/a.yaml`, join(directory, "a.yaml"));
    expect((await refusalOf(directory)).code).toBe("outside");
    await rm(`${directory}-other`, { recursive: true });
  });

  it("refuses a link that goes in a circle", async () => {
    const directory = await folderWith({ "teams/a.yaml": "" });
    await symlink("..", join(directory, "teams/up"));
    expect(await refusalOf(directory)).toMatchObject({
      code: "link_loop",
      message: "teams/up is a link to a folder that holds it",
    });
  });

  it("names a link to nothing", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    await symlink("gone", join(directory, "include.yaml"));
    await symlink("gone", join(directory, "notes.txt"));
    const refusal = await refusalOf(directory);
    expect(refusal.message).toBe(`${join(directory, "include.yaml")} does not exist, or is a link to nothing`);
  });

  it("does not wait for a named pipe", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    await promisify(execFile)("mkfifo", [join(directory, "pipe.yaml")]);
    expect(await refusalOf(directory)).toMatchObject({
      code: "not_a_file",
      message: "pipe.yaml is not a regular file",
    });
  });

  it("names a folder where a file belongs", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    await mkdir(join(directory, "catalog.yaml"));
    expect(await refusalOf(directory)).toMatchObject({
      code: "not_a_file",
      message: expect.stringContaining("catalog.yaml is a folder, no file"),
    });
  });

  it("names a file so that its name steers no terminal and begins no line of a log", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    await writeFile(join(directory, "\u001b[31mx\n::error::y.yaml"), Buffer.from([0xff]));
    const { message } = await refusalOf(directory);
    expect(message).toBe("\\u{1b}[31mx\\u{a}::error::y.yaml: line 1 is not UTF-8 text; save the file as UTF-8");
  });

  it("refuses a file over the limit without reading it, and text that is not UTF-8", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    await truncate(join(directory, "policy.yaml"), directoryLimits.fileBytes + 1);
    expect((await refusalOf(directory)).code).toBe("too_large");
    await writeFile(join(directory, "policy.yaml"), Buffer.from("kind: policy\nname: caf\u00e9\n", "latin1"));
    expect(await refusalOf(directory)).toMatchObject({
      code: "not_text",
      message: "policy.yaml: line 2 is not UTF-8 text; save the file as UTF-8",
    });
  });

  it("says when there is no directory, or a file in its place", async () => {
    const directory = await folderWith({ "policy.yaml": "" });
    expect((await refusalOf(join(directory, "none"))).message).toBe(`there is no directory ${join(directory, "none")}`);
    expect((await refusalOf(join(directory, "policy.yaml"))).message).toContain("is not a directory");
  });

  it("does not read a file again that had long been the same, until it changes", async () => {
    const directory = await folderWith({ "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" });
    expect((await takeReading(directory)).settled.size).toBe(0);
    const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 10_000);
    const first = await takeReading(directory);
    later.mockRestore();
    await writeFile(join(directory, "b.yaml"), "b: 2\n");
    const second = await takeReading(directory, first.settled);
    expect(second.files.map(({ text }) => text)).toEqual(["a: 1\n", "b: 2\n"]);
    expect(second.files[0]).toBe(first.files[0]);
  });

  it("reads again when files vanish or are replaced meanwhile, and never mixes two states", async () => {
    const state = (number: number) =>
      Object.fromEntries(Array.from({ length: 20 }, (_, file) => [`f${file}.yaml`, `state: ${number}\n`]));
    const parent = await folderWith({});
    const [directory, spare] = [join(parent, "policies"), join(parent, "spare")];
    await folderInto(directory, state(0));
    let writing = true;
    const writer = (async () => {
      for (let number = 1; writing; number++) {
        await folderInto(spare, state(number));
        await rename(directory, join(parent, "old"));
        await rename(spare, directory);
        await rm(join(parent, "old"), { recursive: true });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    let readings = 0;
    for (let attempt = 0; attempt < 10; attempt++) {
      const files = await readPolicyDirectory(directory).catch((error: PolicyDirectoryError) => {
        expect(["unstable", "missing"]).toContain(error.code);
        return undefined;
      });
      if (files === undefined) continue;
      readings += 1;
      expect(files).toHaveLength(20);
      expect(new Set(files.map((file) => file.text)).size).toBe(1);
    }
    writing = false;
    await writer;
    expect(readings).toBeGreaterThan(0);
  });
});

async function folderInto(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
}
