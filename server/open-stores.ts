import type { Logger } from "pino";
import { ContentRecorder } from "./content/content-recorder.js";
import { readContentDays, readContentSettings } from "./content/content-settings.js";
import { KeyRing } from "./keys/key-ring.js";
import { KeyStore } from "./keys/key-store.js";
import { ContentStore } from "./storage/content-store.js";
import { createDecisionStore } from "./storage/decisions/create-decision-store.js";
import {
  DEFAULT_DAYS,
  DEFAULT_MEGABYTES,
  DecisionRetention,
  type RetentionOptions,
} from "./storage/decisions/decision-retention.js";
import { openDatabase } from "./storage/open-database.js";

export interface StoresOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Takes what must be closed, also when this fails. */
  readonly closing: (() => Promise<unknown>)[];
}

/**
 * Opens the database, and what is kept in it: decisions, contents where they are recorded, keys.
 * @throws Error in words for the operator: a setting or the database cannot be used.
 */
export async function openStores({ environment, log, closing }: StoresOptions) {
  const contentSettings = await readContentSettings(environment);
  const database = await openDatabase(environment["DATABASE_URL"] || "sqlite:./data/routewright.db", {
    forServer: true,
    onUpgrade: () =>
      log.info(
        {},
        "the database's tables are of an earlier version and are brought up to date; requests are taken when that has ended, which can take minutes",
      ),
    onConnectionLost: (error) => log.warn({ error: error.message }, "a connection to the database broke"),
  });
  closing.push(() => database.close());
  /** Closed at once: each waits for the database if it does not answer. */
  const open: { close(): Promise<unknown> }[] = [];
  closing.push(() => Promise.all(open.map((store) => store.close())));
  const decisions = createDecisionStore(database, { log, now: Date.now });
  open.push(decisions);
  const contents = new ContentStore({ database, log, now: Date.now });
  const content =
    contentSettings === undefined
      ? undefined
      : new ContentRecorder({ settings: contentSettings, store: contents, log });
  open.push({
    async close() {
      await content?.close(); // what it still has goes into the store
      await contents.close();
    },
  });
  const retention = new DecisionRetention({ database, log, now: Date.now, ...readRetention(environment) });
  open.push(retention);
  const keyStore = new KeyStore(database);
  const keys = await KeyRing.open({ store: keyStore, log, now: Date.now });
  open.push(keys);
  return { database, decisions, contents, content, contentSettings, keyStore, keys };
}

/** How long decisions are kept, and how much of them. @throws Error in words for the operator. */
function readRetention(environment: NodeJS.ProcessEnv): Pick<RetentionOptions, "days" | "contentDays" | "megabytes"> {
  const read = (name: string, standard: number) => {
    const text = environment[name] || String(standard);
    if (!/^\d{1,6}$/.test(text))
      throw new Error(`${name} takes a whole number, 0 for no limit, not ${JSON.stringify(text)}`);
    return Number(text);
  };
  return {
    days: read("DECISION_DAYS", DEFAULT_DAYS),
    contentDays: readContentDays(environment),
    megabytes: read("DECISION_MEGABYTES", DEFAULT_MEGABYTES),
  };
}
