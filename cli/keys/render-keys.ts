import { breakText, safeText } from "../../engine/serving.js";
import { type ApiKey, stateOf } from "../../server/keys/api-key.js";
import { formatLimits } from "../../server/keys/limits.js";
import { printTable } from "../print-table.js";

/** A line for each key, and below it what it holds: as columns that would be wider than most terminals. */
export function renderKeys(keys: readonly ApiKey[], now: number, width: number): string {
  const rows = keys.map((key) => [key.id, stateOf(key, now), time(key.lastUsedAt), key.name || "-"]);
  const [head = "", ...lines] = printTable([["ID", "STATE", "LAST USED", "NAME"], ...rows]).split(/(?<=\n)/);
  return [head, ...keys.flatMap((key, at) => [lines[at] ?? "", ...holdings(key, now, width)])].join("");
}

function holdings({ settings, expiresAt, previousUntil = 0 }: ApiKey, now: number, width: number): readonly string[] {
  const { tenant, app, user, region, tags, attributes, allow, scopes, limits } = settings;
  const held = [
    ...named({ tenant, app, user, region }),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(", ")}`]),
    ...named(attributes, "attributes."),
    ...(allow.length === 0 ? [] : [`only ${allow.join(", ")}`]),
    ...(scopes.join() === "inference" ? [] : [`for ${scopes.join(", ")}`]),
    formatLimits(limits),
    ...(expiresAt === undefined ? [] : [`until ${time(expiresAt)}`]),
    ...(previousUntil > now ? [`the old secret until ${time(previousUntil)}`] : []),
  ];
  const text = held.filter((part) => part !== "").join("; ");
  return text === "" ? [] : breakText(safeText(text), width - 4).map((line) => `    ${line}\n`);
}

function named(values: Readonly<Record<string, unknown>>, prefix = ""): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${prefix}${name} ${String(value)}`],
  );
}

/** UTC, to the minute. */
function time(at: number | undefined): string {
  return at === undefined ? "-" : `${new Date(at).toISOString().slice(0, 16)}Z`;
}
