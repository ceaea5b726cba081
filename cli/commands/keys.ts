import { Command } from "commander";
import type { Facts } from "../../engine/compiling.js";
import { warningsOfGiven } from "../../server/http/control-plane/given-facts.js";
import { refuseKeyAttributes } from "../../server/http/observe/refuse-key-attributes.js";
import { refuseUnknownModels } from "../../server/keys/allowed-models.js";
import { DEFAULT_OVERLAP, keyToJson } from "../../server/keys/key-json.js";
import { type IssuedKey, KeyStore } from "../../server/keys/key-store.js";
import { type KeyEdit, readKeyEdit } from "../../server/keys/read-key-edit.js";
import { readExpiry, readKeyRequest } from "../../server/keys/read-key-settings.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { addKeyOptions, type KeyOptions, keyFromFlags, removable, withoutSetting } from "../keys/key-from-flags.js";
import { listed } from "../keys/limits-from-flags.js";
import { readSettings } from "../keys/option-places.js";
import { renderKeys } from "../keys/render-keys.js";
import { databaseOption, withDatabase, withExistingDatabase } from "../open-cli-database.js";
import { writeJson } from "../write-json.js";

interface CreateOptions extends KeyOptions {
  readonly database: string;
}

interface EditOptions extends CreateOptions {
  readonly remove?: readonly string[];
}

/** `policy keys`: API keys, made, changed and ended in the server's database. A running server notices within two seconds. */
export function keysCommand(): Command {
  const keys = new Command("keys");
  const create = new Command("create")
    .description("create an API key; its token is printed this once, alone on stdout")
    .addOption(databaseOption());
  keys.addCommand(addKeyOptions(create).action(createKey));
  keys.addCommand(new Command("list").description("list API keys").addOption(databaseOption()).action(listKeys));
  const edit = new Command("edit")
    .description("change what an API key may use and spend; what is not named stays")
    .argument("<id>", "key_…")
    .addOption(databaseOption());
  keys.addCommand(
    addKeyOptions(edit)
      .option("--remove <settings>", `what to take away: ${removable}; separated by commas, may be repeated`, listed)
      .action(editKey),
  );
  keys.addCommand(
    new Command("revoke")
      .description("end an API key for good")
      .argument("<id>", "key_…")
      .addOption(databaseOption())
      .action(revokeKey),
  );
  keys.addCommand(
    new Command("rotate")
      .description("give an API key a new secret; the old one goes on for a while")
      .argument("<id>", "key_…")
      .addOption(databaseOption())
      .option("--overlap <time>", "how long the old secret works: 24h, 30m, 0", DEFAULT_OVERLAP)
      .action(rotateKey),
  );
  return keys;
}

async function createKey(own: CreateOptions, self: Command): Promise<void> {
  const { database, ...flags } = own;
  const request = readSettings("keys", () => readKeyRequest(keyFromFlags(flags), Date.now()));
  await checkAgainstPolicy(request.settings, self);
  const issued = await withDatabase(database, (opened) => new KeyStore(opened).create(request, Date.now()));
  printIssued(issued, self, "created; the token is shown this once and kept nowhere");
}

async function editKey(id: string, own: EditOptions, self: Command): Promise<void> {
  const { database, remove = [], ...flags } = own;
  const change = remove.reduce(withoutSetting, keyFromFlags(flags));
  if (Object.keys(change).length === 0) {
    throw new CommandFailure(2, "policy keys: say what is to change, as in --budget 50/month, or --remove expires");
  }
  const { named, applyTo } = readSettings("keys", () => readKeyEdit(change, Date.now()));
  await checkAgainstPolicy(named, self);
  const edited = await withExistingDatabase(database, (opened) =>
    new KeyStore(opened).edit(id, (key) => readSettings("keys", () => applyTo(key))),
  );
  if (edited === undefined) throw new CommandFailure(1, `policy keys: there is no key ${id}, or it is revoked`);
  const now = Date.now();
  if (globalOptions(self).json) writeJson(keyToJson(edited, now));
  else process.stdout.write(`${id} is changed; running servers notice within two seconds\n`);
}

/** A key may be made where the policy is not: then it is said that nothing was checked. */
async function checkAgainstPolicy(settings: KeyEdit["named"], self: Command): Promise<void> {
  const { allow, attributes } = settings;
  const given = [
    ...(allow.length === 0 ? [] : ["--allow"]),
    ...(Object.keys(attributes).length === 0 ? [] : ["--attribute"]),
  ];
  const facts = factsOfKey(settings);
  if (given.length === 0 && Object.keys(facts).length === 0) return;
  const { loadPolicies } = await import("../load-policies.js"); // other commands start faster
  const policy = await loadPolicies(globalOptions(self)).catch((error: unknown) => {
    if (!(error instanceof CommandFailure)) throw error;
    if (given.length === 0) return;
    const [why] = error.message.split("\n");
    process.stderr.write(
      `policy keys: whether the policy knows what ${given.join(" and ")} names was not checked: ${why}\n`,
    );
  });
  if (policy === undefined) return;
  readSettings("keys", () => {
    refuseUnknownModels(policy, allow);
    refuseKeyAttributes(policy, attributes);
  });
  for (const warning of warningsOfGiven(facts, policy)) process.stderr.write(`policy keys: ${warning}\n`);
}

/** What requests with the key will say; only what is given. */
function factsOfKey({ tenant, app, user, region, tags, attributes }: KeyEdit["named"]): Facts {
  const own = Object.entries(attributes).map(([name, value]) => [`attributes.${name}`, value] as const);
  const facts = { tenant, app, user, region, ...(tags.length === 0 ? {} : { tags }), ...Object.fromEntries(own) };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts;
}

async function listKeys({ database }: { database: string }, self: Command): Promise<void> {
  const all = await withExistingDatabase(database, (opened) => new KeyStore(opened).list());
  const now = Date.now();
  const { json, width } = globalOptions(self);
  if (json) writeJson({ keys: all.map((key) => keyToJson(key, now)) });
  else process.stdout.write(renderKeys(all, now, width));
}

async function revokeKey(id: string, { database }: { database: string }, self: Command): Promise<void> {
  const key = await withExistingDatabase(database, (opened) => new KeyStore(opened).revoke(id, Date.now()));
  if (key === undefined) throw new CommandFailure(1, `policy keys: there is no key ${id}`);
  if (globalOptions(self).json) writeJson(keyToJson(key, Date.now()));
  else process.stdout.write(`${id} is revoked; running servers refuse it within two seconds\n`);
}

async function rotateKey(id: string, own: { database: string; overlap: string }, self: Command): Promise<void> {
  const now = Date.now();
  const until = own.overlap === "0" ? now : readSettings("keys", () => readExpiry(own.overlap, now, "--overlap"));
  const issued = await withExistingDatabase(own.database, (opened) => new KeyStore(opened).rotate(id, until));
  if (issued === undefined) throw new CommandFailure(1, `policy keys: there is no key ${id}, or it is revoked`);
  printIssued(issued, self, `rotated; the old secret works until ${new Date(until).toISOString()}`);
}

function printIssued({ key, token }: IssuedKey, self: Command, words: string): void {
  // Before what ends other commands quietly when nobody reads: this output cannot be had again.
  process.stdout.prependListener("error", () => {
    process.exitCode = 1;
    process.stderr.write(
      `policy keys: the token of ${key.id} reached nobody, and is kept nowhere: \`policy keys rotate ${key.id}\` gives another\n`,
    );
  });
  if (globalOptions(self).json) {
    writeJson({ key: keyToJson(key, Date.now()), token });
    return;
  }
  process.stdout.write(`${token}\n`);
  process.stderr.write(`${key.id} is ${words}\n`);
}
