import { type Limits, limitsToJson } from "./limits.js";
import type { Subject } from "./subject.js";

/** The limits of a tenant or an app as `/admin/limits` and `policy limits --json` show them: `{ tenant?, app?, limits }`. */
export function limitsOfSubject(subject: Subject, limits: Limits): object {
  const [kind, names = ""] = subject.split(":");
  const [first = "", second] = names.split("/").map(decodeURIComponent);
  return {
    ...(kind === "tenant" ? { tenant: first } : { ...(first === "" ? {} : { tenant: first }), app: second ?? "" }),
    limits: limitsToJson(limits),
  };
}
