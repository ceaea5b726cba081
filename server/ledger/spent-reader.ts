import type { Logger } from "pino";
import { reasonOf } from "../reason-of.js";
import type { BudgetStatus } from "./budget-counters.js";
import type { LedgerStore } from "./ledger-store.js";

/** Reads from the ledger what was spent, and says once when that cannot be read, and once when it can again. */
export class SpentReader {
  readonly #store: Pick<LedgerStore, "chargedIn">;
  readonly #log: Pick<Logger, "warn" | "error">;
  #lastError: string | undefined;

  constructor(store: Pick<LedgerStore, "chargedIn">, log: Pick<Logger, "warn" | "error">) {
    this.#store = store;
    this.#log = log;
  }

  readonly chargedIn: LedgerStore["chargedIn"] = async (subject, window) => {
    try {
      const sum = await this.#store.chargedIn(subject, window);
      if (this.#lastError !== undefined) this.#log.warn({}, "what was spent can be read again");
      this.#lastError = undefined;
      return sum;
    } catch (error) {
      const message = reasonOf(error);
      if (this.#lastError === undefined) {
        this.#log.error(
          { error: message },
          "what was spent cannot be read; until it can, requests are refused whose budget was not read yet",
        );
      }
      this.#lastError = message;
      throw error;
    }
  };

  status(): Pick<BudgetStatus, "lastError"> {
    return this.#lastError === undefined ? {} : { lastError: this.#lastError };
  }
}
