import { describe, expect, it } from "vitest";
import { secretsOf } from "../../../server/dispatch/secrets-of.js";

const of = (headers: Record<string, string>, key?: string) =>
  secretsOf({
    provider: { headers: Object.entries(headers).map(([name, value]) => ({ name, value })) },
    endpoint: {},
    key,
  });

describe("secretsOf()", () => {
  it.each<[Record<string, string>, readonly string[]]>([
    [{ "x-api-key": "letters-only" }, ["letters-only"]],
    [{ apikey: "letters-only" }, ["letters-only"]],
    [{ "cf-aig-authorization": "Bearer letters-only" }, ["letters-only"]],
    [{ "proxy-authorization": "Basic dXNlcjpwYXNz" }, ["dXNlcjpwYXNz"]],
    [{ cookie: "session=abcdefgh; a=b" }, ["session=abcdefgh"]],
    [{ "x-auth-token": "12345678" }, ["12345678"]],
    [{ "x-gateway": "pk_0123456789abcdef-x" }, ["pk_0123456789abcdef-x"]],
    [{ "x-gateway": "0123456789ABCDEf" }, ["0123456789ABCDEf"]],
  ])("takes %j for secret", (headers, secrets) => {
    expect(of(headers)).toEqual(secrets);
  });

  it.each<Record<string, string>>([
    { "x-api-key": "test" },
    { "x-author": "somebody-else" },
    { "x-org": "acme-research-department" },
    { "anthropic-version": "2023-06-01" },
    { "anthropic-beta": "interleaved-thinking-2025-05-14,output-128k-2025-02-19" },
    { "http-referer": "https://www.example.com/some/path" },
    { "x-title": "Our own gateway, production" },
    { "x-account": "1234567890123456" },
    { "x-kind": "internationalization" },
  ])("takes %j for no secret", (headers) => {
    expect(of(headers)).toEqual([]);
  });

  it("takes the key whatever it is, and the longest first, which may hold another", () => {
    expect(of({ "x-token": "abcdefgh-ijkl" }, "abcdefgh")).toEqual(["abcdefgh-ijkl", "abcdefgh"]);
    expect(of({ "x-token": "k" }, "k")).toEqual(["k"]);
    expect(of({}, "")).toEqual([]);
  });

  it("takes those of an endpoint in place of its provider's, which they hold", () => {
    const provider = { headers: [{ name: "x-key", value: "provider-1" }] };
    const endpoint = { headers: [{ name: "x-key", value: "endpoint-1" }] };
    expect(secretsOf({ provider, endpoint, key: undefined })).toEqual(["endpoint-1"]);
  });
});
