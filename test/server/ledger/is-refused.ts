import type { BudgetRefusal, Reservation } from "../../../server/ledger/budget-book.js";

export function isRefused(result: Reservation | BudgetRefusal): result is BudgetRefusal {
  return "needed" in result;
}
