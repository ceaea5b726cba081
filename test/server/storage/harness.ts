import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDecisionStore,
  type DecisionStoreOptions,
} from "../../../server/storage/decisions/create-decision-store.js";
import { idsFrom } from "../../../server/storage/decisions/decision-ids.js";
import type { DecisionStore, StoredDecision } from "../../../server/storage/decisions/decision-store.js";
import { openDatabase } from "../../../server/storage/open-database.js";

export const REVISION = "ab".repeat(32);

export function decision(number: number, extra: Partial<StoredDecision> = {}): StoredDecision {
  return {
    id: decisionId(number),
    time: new Date(1_800_000_000_000 + number).toISOString(),
    policy: { name: "production", revision: REVISION },
    facts: { tags: { value: ["código", "ß"], source: "header x-route-tags" }, stream: { value: true, source: "body" } },
    chosen: "acme/small@left",
    fallbacks: [],
    world: { latency_ms: { "acme/small@left": 120 } },
    seed: "s",
    attempts: [{ endpoint: "acme/small@left", status: 200, total_ms: 12.5, usage: { input_tokens: 3 } }],
    warnings: [],
    ...extra,
  };
}

/** As decisions of that time have it, the number at its end. */
export function decisionId(number: number): string {
  return `${idsFrom(1_800_000_000_000 + number)}${String(number).padStart(16, "0")}`;
}

export function decisionNumber(id: string): number {
  return Number(id.slice(-16));
}

const folders: string[] = [];
const stores: DecisionStore[] = [];
export interface LoggedLine {
  readonly level: string;
  readonly message: string;
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "routewright-storage-"));
  folders.push(folder);
  return folder;
}

/** Opens a database and the decision store in it; closing the store closes the database. */
export async function openDecisionStore(
  options: DecisionStoreOptions & { readonly url: string },
): Promise<DecisionStore> {
  const database = await openDatabase(options.url);
  const store = createDecisionStore(database, options);
  const closeStore = store.close.bind(store);
  store.close = async () => {
    await closeStore();
    await database.close();
  };
  return store;
}

/** Opens a store that {@link cleanUp} closes. */
export async function openStore(
  options: Partial<DecisionStoreOptions> & { readonly url: string },
): Promise<{ store: DecisionStore; logged: LoggedLine[] }> {
  const logged: LoggedLine[] = [];
  const level = (name: string) => (_fields: object, message: string) => {
    logged.push({ level: name, message });
  };
  const log = { info: level("info"), warn: level("warn"), error: level("error") };
  const store = await openDecisionStore({
    log: log as unknown as DecisionStoreOptions["log"],
    now: Date.now,
    ...options,
  });
  stores.push(store);
  return { store, logged };
}

export async function cleanUp(): Promise<void> {
  await Promise.all(stores.splice(0).map((store) => store.close().catch(() => undefined)));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}
