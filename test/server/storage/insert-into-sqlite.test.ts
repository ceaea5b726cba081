import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { LedgerStore } from "../../../server/ledger/ledger-store.js";
import { openDatabase } from "../../../server/storage/open-database.js";
import { ledgerRow } from "../ledger/ledger-row.js";
import { cleanUp, newFolder } from "./harness.js";

afterEach(cleanUp);

it("inserts at once, but never into a transaction of several steps that is under way", async () => {
  const database = await openDatabase(`sqlite:${join(await newFolder(), "rows.db")}`);
  const ids = async () => (await database.db.selectFrom("ledger_calls").select("id").execute()).map(({ id }) => id);
  const ledger = new LedgerStore(database);
  const [first, second] = [ledgerRow("dec_1.1"), ledgerRow("dec_2.1")];

  await ledger.write([first]);
  let undo = (): void => undefined;
  let hasBegun = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const undone = database.db.transaction().execute(async (transaction) => {
    await transaction.insertInto("ledger_calls").values({ id: "undone", batch: "undone", place: 0 }).execute();
    hasBegun();
    await new Promise<void>((_, reject) => {
      undo = () => reject(new Error("undone"));
    });
  });
  await begun;
  const writing = ledger.write([second]);
  undo();
  await expect(undone).rejects.toThrow("undone");
  await writing;
  expect(await ids()).toEqual([first.id, second.id]);
  await database.close();
});
