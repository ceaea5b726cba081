import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";

describe("policy keys and limits", () => {
  let folder: string;
  let environment: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-cli-keys-"));
    environment = { DATABASE_URL: `sqlite:${join(folder, "routewright.db")}` };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => runPolicy(args, environment);
  /** The id of a key that nothing changes. */
  let unchanged: string | undefined;

  it.each([
    [["--allow", ""], "allow: it takes a text"],
    [
      ["--allow", "openai/gpt-4.1,openai/gtp-4.1-mini"],
      "called `openai/gtp-4.1-mini`; did you mean `openai/gpt-4.1-mini`?",
    ],
    [["--allow", "gpt-4.1"], "called `gpt-4.1`; did you mean `openai/gpt-4.1`?"],
    [["--allow", "opnai/*"], "called `opnai/*`; did you mean `openai/*`?"],
    [["--allow", "somebody-else"], "write a model, an endpoint or a provider of catalog.yaml"],
    [["--tag", ""], "--tag: it takes"],
    [["--budget", ""], "--budget : write it as USD/PERIOD"],
    [["--budget", "1/day", "--budget", "2/day"], "--budget: there are two for `day`"],
    [["--attribute", "plan=a", "--attribute", "plan=b"], "--attribute plan: give it once"],
    [
      ["--attribute", "paln=free"],
      "--attribute paln: the policy takes no such attribute `from: key`; did you mean `plan`?",
    ],
    [["--attribute", "cohort=3"], "no such attribute `from: key`; it takes plan, data_class"],
    [["--attribute", "plan=fre"], "--attribute plan: it takes one of free, pro, enterprise"],
  ])("makes no key without the limit that was meant: %j", async (options, message) => {
    const { code, stdout, stderr } = await run("keys", "create", ...options);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it.each([
    ["keys", "list"],
    ["keys", "revoke", "key_1"],
    ["keys", "rotate", "key_1"],
    ["keys", "edit", "key_1", "--rpm", "1"],
    ["limits", "list"],
    ["limits", "remove", "--tenant", "t"],
    ["usage"],
  ])("does not make a database to look into it: %s %s", async (...args) => {
    const { code, stdout, stderr } = await runPolicy(args, {}, folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("there is no database sqlite:./data/routewright.db: name the server's with --database");
    expect(await readdir(folder)).not.toContain("data");
  });

  it("says which key's token reached nobody, and how to get another", async () => {
    const child = spawn(process.execPath, ["dist/cli/main.js", "keys", "create"], {
      env: { ...process.env, DATABASE_URL: `sqlite:${join(folder, "unread.db")}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const ended = once(child, "close");
    const stderr = await text(child.stderr);
    expect(stderr).toMatch(
      /policy keys: the token of (key_\w+) reached nobody, and is kept nowhere: `policy keys rotate \1` gives another\n$/,
    );
    expect(await ended).toEqual([1, null]);
  });

  it("makes a key where there is no policy, and says that nothing was checked", async () => {
    const other = { DATABASE_URL: `sqlite:${join(folder, "other.db")}` };
    const { code, stdout, stderr } = await runPolicy(
      ["keys", "create", "--allow", "a/b", "--attribute", "a=b"],
      other,
      folder,
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^rw_/)]);
    expect(stderr).toContain(
      "what --allow and --attribute names was not checked: cannot read the policy directory ./policies",
    );
  });

  it("says of a tenant or tag that the policy names another one", async () => {
    const args = ["keys", "create", "--policies", "policies", "--tenant", "Search", "--tag", "pii medical"];
    const { code, stdout, stderr } = await runPolicy(args, { DATABASE_URL: `sqlite:${join(folder, "slips.db")}` });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^rw_/)]);
    expect(stderr).toContain('tenant: "Search" is another value than "search", which the policy names: case counts');
    expect(stderr).toContain('tags: "pii medical" is one tag, and the policy names "pii"');
  });

  it("creates, lists, rotates and revokes, without a server", async () => {
    const created = await run(
      ..."keys create --name web --tenant t --app a --tag x,y --allow openai/* --budget 50/month --budget 5/day".split(
        " ",
      ),
      ..."--rpm 600 --tpm 200k --concurrent 4 --expires 90d --attribute plan=free --scope inference,read".split(" "),
    );
    expect(created.stderr).toMatch(/^key_[0-9a-z]{12} is created; the token is shown this once/);
    expect(created.stdout).toMatch(/^rw_[0-9a-z]{12}_[\w-]{43}\n$/);
    const [id = ""] = created.stderr.split(" ");

    const { keys } = JSON.parse((await run("keys", "list", "--json")).stdout);
    expect(keys).toEqual([
      expect.objectContaining({
        id,
        name: "web",
        state: "active",
        tenant: "t",
        app: "a",
        tags: ["x", "y"],
        allow: ["openai/*"],
        scopes: ["inference", "read"],
        attributes: { plan: "free" },
        limits: {
          budgets: { month: 50, day: 5 },
          requests_per_minute: 600,
          tokens_per_minute: 200_000,
          concurrent: 4,
        },
      }),
    ]);
    const { stdout: list } = await run("keys", "list");
    expect(list).toMatch(/^ID {16}STATE {3}LAST USED {2}NAME\nkey_[0-9a-z]{12} {2}active {2}- {10}web\n/);
    expect(list.replaceAll("\n    ", " ")).toContain(
      "tenant t; app a; tags x, y; attributes.plan free; only openai/*; for inference, read; $50/month, $5/day, 600 rpm, 200000 tpm, 4 at once; until 20",
    );

    const rotated = await run("keys", "rotate", id, "--overlap", "30m");
    expect(rotated.code).toBe(0);
    expect(rotated.stdout.slice(0, 16)).toBe(created.stdout.slice(0, 16));
    expect(rotated.stdout).not.toBe(created.stdout);
    expect((await run("keys", "revoke", id)).stdout).toContain(`${id} is revoked`);
    expect((await run("keys", "list")).stdout).toContain("revoked");
    expect((await run("keys", "rotate", id)).code).toBe(1);
    expect((await run("keys", "revoke", "key_nobody")).code).toBe(1);
  });

  it("changes what is named of a key, takes away what is to be removed, and keeps the rest", async () => {
    const created = await run(
      ..."keys create --name web --tenant t --tag x --allow openai/* --budget 50/month,5/day --rpm 600".split(" "),
      ..."--attribute plan=free --expires 90d".split(" "),
    );
    const [id = ""] = created.stderr.split(" ");
    const shown = async () => {
      const { keys } = JSON.parse((await run("keys", "list", "--json")).stdout) as { keys: { id: string }[] };
      return keys.find((key) => key.id === id);
    };
    const { expires: _expires, tenant: _tenant, ...rest } = (await shown()) as Record<string, unknown>;
    const edited = await run(
      ..."keys edit".split(" "),
      id,
      ..."--budget 80/month --tpm 200k --tag y,z --attribute data_class=public".split(" "),
      ..."--remove expires,budget/day --remove tenant,attribute/plan".split(" "),
    );
    expect(edited).toMatchObject({
      code: 0,
      stdout: `${id} is changed; running servers notice within two seconds\n`,
      stderr: "",
    });
    const after = {
      ...rest,
      tags: ["y", "z"],
      attributes: { data_class: "public" },
      limits: { budgets: { month: 80 }, requests_per_minute: 600, tokens_per_minute: 200_000 },
    };
    expect(await shown()).toEqual(after);
    const json = await run("keys", "edit", id, "--remove", "allow,attribute,budget,rpm,tpm", "--json");
    expect(JSON.parse(json.stdout)).toEqual({ ...after, allow: [], attributes: {}, limits: {} });
    await run("keys", "revoke", id);
    expect(await run("keys", "edit", id, "--rpm", "5")).toMatchObject({
      code: 1,
      stderr: `policy keys: there is no key ${id}, or it is revoked\n`,
    });
  });

  it.each([
    [[], "say what is to change, as in --budget 50/month, or --remove expires"],
    [["--remove", "limits"], "--remove limits: it takes name, tenant, app, user, region, tag, allow,"],
    [["--remove", ""], "--remove : it takes name,"],
    [["--remove", "rpm/day"], "--remove rpm/day: it takes"],
    [["--remove", "budget/"], "--remove budget/: it takes"],
    [["--remove", "budget/year"], "--budget: its periods are hour, day,"],
    [["--remove", "rpm", "--rpm", "5"], "--remove rpm: another option says something of it; give one of them"],
    [["--remove", "budget", "--budget", "5/day"], "--remove budget: another option says something of it"],
    [["--remove", "budget,budget/day"], "--remove budget/day: another option says something of it"],
    [["--allow", "openai/gtp-4.1"], "did you mean `openai/gpt-4.1`?"],
    [["--attribute", "plan=fre"], "--attribute plan: it takes one of free, pro, enterprise"],
    [["--rpm", "many"], "--rpm: it takes a whole number"],
    [["--budget", ""], "--budget : write it as USD/PERIOD"],
  ])("changes no key with %j", async (options, message) => {
    unchanged ??= (await run("keys", "create")).stderr.split(" ")[0];
    const id = unchanged as string;
    const { code, stdout, stderr } = await run("keys", "edit", id, ...options);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("says what is wrong, with exit code 2", async () => {
    for (const [args, message] of [
      ["keys create --budget 50", "--budget 50: write it as USD/PERIOD"],
      ["keys create --rpm many", "--rpm: it takes a whole number"],
      ["keys create --scope root", "--scope: it takes one or more of inference, admin, read"],
      ["keys create --expires soon", "--expires: it takes a time from now"],
      ["keys create --attribute plan", "--attribute plan: write it as name=value"],
      ["limits set --budget 5/day", "name --tenant, --app, or both"],
      ["limits set --tenant t", "say a limit"],
      ["keys list --database mysql://db", "is not understood; write sqlite:"],
    ] as const) {
      const { code, stderr } = await run(...args.split(" "));
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
  });

  it("says that the database cannot be written, which is no fault of Routewright", async () => {
    const path = join(folder, "read-only.db");
    const run = (...args: string[]) => runPolicy(args, { DATABASE_URL: `sqlite:${path}` });
    await run("keys", "create");
    const file = await open(path, "r+");
    await file.write(new Uint8Array([3]), 0, 1, 18); // a format that SQLite may read and not write
    await file.close();
    const { code, stderr } = await run("keys", "create");
    expect(stderr).toBe(
      `policy: the database sqlite:${path} cannot be used: attempt to write a readonly database; whoever runs this must be able to write the file and its folder\n`,
    );
    expect(code).toBe(2);
    expect((await run("keys", "list")).code).toBe(0);
  });

  it("sets and removes limits of tenants and apps", async () => {
    expect((await run(..."limits set --tenant t --budget 500/month".split(" "))).code).toBe(0);
    expect((await run(..."limits set --tenant t --app a --rpm 10".split(" "))).code).toBe(0);
    expect((await run("limits", "list")).stdout).toBe(
      "OF          LIMITS\ntenant `t`  $500/month\napp `t/a`   10 rpm\n",
    );
    expect(JSON.parse((await run("limits", "list", "--json")).stdout)).toEqual({
      limits: [
        { tenant: "t", limits: { budgets: { month: 500 } } },
        { tenant: "t", app: "a", limits: { requests_per_minute: 10 } },
      ],
    });
    const set = await run(..."limits set --tenant t --app a --rpm 20 --json".split(" "));
    expect(JSON.parse(set.stdout)).toEqual({ tenant: "t", app: "a", limits: { requests_per_minute: 20 } });
    const removed = await run(..."limits remove --tenant t --json".split(" "));
    expect(JSON.parse(removed.stdout)).toEqual({ tenant: "t", limits: {} });
    expect((await run("limits", "list")).stdout).not.toContain("tenant `");
    const again = await run(..."limits remove --tenant t".split(" "));
    expect([again.code, again.stderr]).toEqual([1, "policy limits: tenant `t` has no limits\n"]);
  });
});
