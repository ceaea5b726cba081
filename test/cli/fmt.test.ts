import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";

describe("policy fmt", () => {
  let folder: string;
  let policies: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-fmt-"));
    policies = join(folder, "policies");
    file = join(policies, "policy.yaml");
    await cp("cli/starter", policies, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => runPolicy(["fmt", "--policies", policies, ...args]);
  const spoil = async () => {
    const canonical = await readFile(file, "utf8");
    await writeFile(file, canonical.replace("{ gte: 200k }", "{gte: 200000}"));
    return canonical;
  };

  it("has nothing to change in the starter set", async () => {
    expect(await run("--check")).toEqual({ code: 0, stdout: "0 of 3 files would change\n", stderr: "" });
  });

  it("shows what would change; --check fails for it, --write mends it and keeps mode and symbolic link", async () => {
    const canonical = await spoil();
    const shown =
      `would reformat ${file}\n` +
      "  23 -     match: { context_tokens: {gte: 200000} }\n" +
      "     +     match: { context_tokens: { gte: 200k } }\n" +
      "1 of 3 files would change\n";
    expect(await run()).toEqual({ code: 0, stdout: shown, stderr: "" });
    expect(await run("--check")).toEqual({ code: 1, stdout: shown, stderr: "" });
    await mkdir(join(policies, "..data"));
    const real = join(policies, "..data", "policy.yaml"); // as Kubernetes mounts a ConfigMap
    await cp(file, real);
    await rm(file);
    await symlink(real, file);
    await chmod(real, 0o640);
    expect(await run("--write")).toEqual({
      code: 0,
      stdout: `wrote ${file}\n1 of 3 files reformatted\n`,
      stderr: "",
    });
    expect(await readFile(real, "utf8")).toBe(canonical);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect(await run("--check")).toMatchObject({ code: 0 });
  });

  it("prints JSON", async () => {
    await spoil();
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ files: 3, changed: ["policy.yaml"], refused: [], written: false });
  });

  it("leaves a file alone that does not parse, and mends the others", async () => {
    await spoil();
    const broken = "kind: test\ntests: [\n";
    await writeFile(join(policies, "tests/routing.yaml"), broken);
    const { code, stdout, stderr } = await run("--write");
    expect(code).toBe(1);
    expect(stdout).toContain(`wrote ${file}\n`);
    expect(stderr).toMatch(/tests\/routing\.yaml:\d+:\d+: error\[RW1001\]/);
    expect(await readFile(join(policies, "tests/routing.yaml"), "utf8")).toBe(broken);
  });

  it("formats a file as some editors on Windows save it, without their mark at its head", async () => {
    const canonical = await readFile(file, "utf8");
    await writeFile(file, `\ufeff${canonical.replaceAll("\n", "\r\n")}`);
    expect(await run("--write")).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(file, "utf8")).toBe(canonical);
  });

  it("formats a test file whose properties then stand elsewhere", async () => {
    const tests = join(policies, "tests/routing.yaml");
    const written =
      "kind: test\n\n\n\ntests:\n  - {name: all of them, forall: {tags: [code], stream: true}, expect: {denied: false}}\n";
    await writeFile(tests, written);
    expect(await run("--write")).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(tests, "utf8")).toBe(
      "kind: test\n\ntests:\n  - name: all of them\n    forall: { tags: [code], stream: true }\n    expect: { denied: false }\n",
    );
  });

  it("takes --write or --check, not both", async () => {
    const { code, stderr } = await run("--write", "--check");
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be used with option '--check'");
  });
});
