import { MAX_TAGS, MAX_TOKENS, normalizeTag, parseInstant, parseTokens, parseUsd } from "../../engine/serving.js";
import { isObject, type Json } from "../json/json.js";
import { plainDigits } from "../json/plain-digits.js";
import { type AttributeValue, type KeySettings, type Scope, scopes } from "./api-key.js";
import { type Limits, type Period, periods } from "./limits.js";

/** Input that cannot be used; the message is for who sent it. */
export class InvalidSettings extends Error {
  override readonly name = "InvalidSettings";
  /** @param wanted what it takes. */
  constructor(
    readonly parameter: string,
    readonly wanted: string,
  ) {
    super(`${parameter}: ${wanted}`);
  }
}

const MAX_TEXT = 256;
const MAX_ITEMS = 100;

/** The name, the end and the settings of a key, as `POST /admin/keys` takes them. */
export interface KeyRequest {
  readonly name: string;
  readonly expiresAt?: number;
  readonly settings: KeySettings;
}

const keyNames: readonly string[] = "name tenant app user region tags allow scopes attributes limits expires".split(
  " ",
);

/** @param json `undefined` in it counts as not said. @throws InvalidSettings naming what is wrong; unknown names too. */
export function readKeyRequest(json: unknown, now: number): KeyRequest {
  const body = objectOf(json, "the body");
  refuseUnknown(body, keyNames, "");
  const text = (name: string) => (body[name] === undefined ? undefined : textOf(body[name], name));
  const expiresAt = body["expires"] === undefined ? undefined : readExpiry(body["expires"], now);
  const [tenant, app, user, region] = [text("tenant"), text("app"), text("user"), text("region")];
  return {
    name: text("name") ?? "",
    ...(expiresAt === undefined ? {} : { expiresAt }),
    settings: {
      ...(tenant === undefined ? {} : { tenant }),
      ...(app === undefined ? {} : { app }),
      ...(user === undefined ? {} : { user }),
      ...(region === undefined ? {} : { region }),
      tags: readTags(body["tags"]),
      allow: readAllow(body["allow"]),
      scopes: readScopes(body["scopes"]),
      attributes: readAttributes(body["attributes"]),
      limits: readLimits(body["limits"]),
    },
  };
}

/** @throws InvalidSettings */
export function readLimits(json: unknown): Limits {
  if (json === undefined) return {};
  const body = objectOf(json, "limits");
  refuseUnknown(body, ["budgets", "requests_per_minute", "tokens_per_minute", "concurrent"], "limits.");
  const requestsPerMinute = countOf(body["requests_per_minute"], "limits.requests_per_minute");
  const tokensPerMinute = countOf(body["tokens_per_minute"], "limits.tokens_per_minute");
  const concurrent = countOf(body["concurrent"], "limits.concurrent");
  const budgets = Object.entries(
    body["budgets"] === undefined ? {} : objectOf(body["budgets"], "limits.budgets"),
  ).flatMap(([word, amount]) => {
    const period = periods.find((one): one is Period => one === word);
    if (period === undefined) throw new InvalidSettings("limits.budgets", `its periods are ${periods.join(", ")}`);
    if (amount === undefined) return [];
    const limit = parseUsd(typeof amount === "number" ? plainDigits(amount) : typeof amount === "string" ? amount : "");
    if (limit === undefined) {
      throw new InvalidSettings(`limits.budgets.${period}`, "it takes an amount in USD with at most 9 decimals: 50");
    }
    return [{ period, limit }];
  });
  return {
    ...(budgets.length === 0 ? {} : { budgets }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(concurrent === undefined ? {} : { concurrent }),
  };
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `90d`, `12h`, `30m` from now, or an ISO date. @throws InvalidSettings for anything else, and what is past. */
export function readExpiry(value: unknown, now: number, parameter = "expires"): number {
  const text = typeof value === "string" ? value : "";
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? parseInstant(text) : now + Number(count) * unitMs[unit as "m"];
  if (at === undefined || at <= now) {
    throw new InvalidSettings(parameter, "it takes a time from now, as in 90d, 12h, 30m, or a later date, 2027-01-31");
  }
  return at;
}

function readTags(value: unknown): readonly string[] {
  const tags = listOf(value, "tags").map((tag) => (typeof tag === "string" ? normalizeTag(tag) : undefined));
  const good = tags.filter((tag) => tag !== undefined);
  if (good.length < tags.length || good.length > MAX_TAGS) {
    throw new InvalidSettings("tags", `it takes at most ${MAX_TAGS} tags without commas, of at most 64 characters`);
  }
  return [...new Set(good)];
}

/** An empty list would allow everything, which nobody means who writes one. */
function readAllow(value: unknown): readonly string[] {
  const allow = listOf(value, "allow").map((item) => textOf(item, "allow"));
  if (value !== undefined && allow.length === 0) {
    throw new InvalidSettings("allow", "it takes at least one; leave it out to allow every model");
  }
  return allow;
}

function readScopes(value: unknown): readonly Scope[] {
  const given = value === undefined ? ["inference"] : listOf(value, "scopes");
  const known = scopes.filter((scope) => given.includes(scope));
  if (known.length === 0 || known.length !== new Set(given).size) {
    throw new InvalidSettings("scopes", `it takes one or more of ${scopes.join(", ")}`);
  }
  return known;
}

function readAttributes(value: unknown): Readonly<Record<string, AttributeValue>> {
  if (value === undefined) return {};
  const entries = Object.entries(objectOf(value, "attributes")).filter(([, given]) => given !== undefined);
  if (entries.length > MAX_ITEMS) throw new InvalidSettings("attributes", `it takes at most ${MAX_ITEMS}`);
  return Object.fromEntries(
    entries.map(([name, given]): [string, AttributeValue] => {
      const parameter = `attributes.${textOf(name, "attributes").slice(0, 100)}`;
      if (typeof given === "boolean" || (typeof given === "number" && Number.isFinite(given))) return [name, given];
      if (Array.isArray(given)) return [name, listOf(given, parameter).map((item) => textOf(item, parameter))];
      return [name, textOf(given, parameter)];
    }),
  );
}

/** Reads a count, also as `200k`. */
function countOf(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const count = typeof value === "string" ? parseTokens(value) : value;
  if (Number.isSafeInteger(count) && (count as number) >= 1 && (count as number) <= MAX_TOKENS) return count as number;
  throw new InvalidSettings(name, `it takes a whole number from 1 to ${MAX_TOKENS}, also as 200k`);
}

function textOf(value: unknown, name: string): string {
  const text = typeof value === "string" ? value.normalize("NFC").trim() : "";
  // Halves of surrogate pairs are no characters: names are also parts of URIs, and of texts that PostgreSQL reads as JSON.
  if (text === "" || text.length > MAX_TEXT || /[\p{Cc}\p{Surrogate}]/u.test(text)) {
    throw new InvalidSettings(name, `it takes a text of 1 to ${MAX_TEXT} characters`);
  }
  return text;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = value === undefined ? [] : value;
  if (Array.isArray(list) && list.length <= MAX_ITEMS) return list;
  throw new InvalidSettings(name, `it takes a list of at most ${MAX_ITEMS}`);
}

function objectOf(value: unknown, name: string): Json {
  if (isObject(value)) return value;
  throw new InvalidSettings(name, "it takes a JSON object");
}

function refuseUnknown(body: Json, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new InvalidSettings(
      `${prefix}${unknown.slice(0, 100)}`,
      `there is no such setting; there are ${known.join(", ")}`,
    );
  }
}
