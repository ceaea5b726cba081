import { parseInstant, type RecordedResult } from "../../../engine/serving.js";
import { filterNames } from "../../storage/decisions/decision-columns.js";
import type { DecisionFilter } from "../../storage/decisions/decision-store.js";
import { whyNoId } from "../../storage/why-no-id.js";
import type { ApiError } from "../errors/api-error.js";

const outcomes: Readonly<Record<RecordedResult["outcome"], true>> = {
  answered: true,
  denied: true,
  rejected: true,
  no_candidate: true,
  failed: true,
  cut: true,
  cancelled: true,
};

/** Query parameters of a list of decisions. @returns the error to answer with when one cannot be used. */
export function readDecisionFilter(query: Readonly<Record<string, unknown>>): DecisionFilter | ApiError {
  const filter: { -readonly [Key in keyof DecisionFilter]: DecisionFilter[Key] } = {};
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== "string" || value === "" || value.length > 500) {
      return invalidParameter(name, "give it once, with a value");
    }
    if (name === "outcome" && !Object.hasOwn(outcomes, value)) {
      return invalidParameter(name, `there is no such outcome; there are ${Object.keys(outcomes).join(", ")}`);
    }
    const whyNot = whyNoId(name, value);
    if (whyNot !== undefined) return invalidParameter(name, whyNot);
    const column = filterNames.find((one) => one === name);
    if (column !== undefined || name === "before") {
      filter[column ?? "before"] = value;
    } else if (name === "limit") {
      const limit = /^\d{1,4}$/.test(value) ? Number(value) : 0;
      if (limit < 1 || limit > 1_000) return invalidParameter(name, "it takes a whole number from 1 to 1000");
      filter.limit = limit;
    } else if (name === "status") {
      if (!/^[1-5]\d\d$/.test(value)) return invalidParameter(name, "it takes an HTTP status");
      filter.status = Number(value);
    } else if (name === "since" || name === "until") {
      const time = parseInstant(value);
      if (time === undefined) {
        return invalidParameter(name, "it takes a date, 2026-11-01, or a time, 2026-11-01T12:00:00Z");
      }
      filter[name] = new Date(time).toISOString();
    } else {
      const known = ["limit", "before", "since", "until", "status", ...filterNames];
      return invalidParameter(name, `there is no such parameter; there are ${known.join(", ")}`);
    }
  }
  return filter;
}

/** @param wanted what it takes, or what to do. */
export function invalidParameter(parameter: string, wanted: string): ApiError {
  const param = parameter.slice(0, 100);
  return {
    status: 400,
    type: "invalid_request_error",
    code: "invalid_parameter",
    message: `${param}: ${wanted}`,
    param,
  };
}
