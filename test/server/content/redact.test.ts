import { describe, expect, it } from "vitest";
import { createRedactor } from "../../../server/content/redact.js";

const redact = createRedactor([]);

describe("createRedactor()", () => {
  it.each([
    ["an e-mail address", "write to jane.doe+x@mail.example.co.uk, please", "write to [email], please"],
    ["one with letters beyond ASCII", "jürgen@straße.de", "[email]"],
    ["a card with spaces", "pay with 4111 1111 1111 1111 today", "pay with [card] today"],
    ["a card with dashes, and an expiry date behind it", "5500-0000-0000-0004 12/29", "[card] 12/29"],
    ["a card without separators", "card=378282246310005.", "card=[card]."],
    ["a card beside other digits", "order 17 4111 1111 1111 1111 99", "order 17 [card] 99"],
    ["a phone number with its country", "call +49 (30) 1234-5678 now", "call [phone] now"],
    ["a North American phone number", "call (415) 555-2671 or 415-555-2671", "call [phone] or [phone]"],
    ["a French phone number", "06 12 34 56 78", "[phone]"],
    ["a German phone number", "Tel. 030 1234567", "Tel. [phone]"],
    ["a bearer token", "Authorization: Bearer abcdefghijklmnop1234", "Authorization: Bearer [secret]"],
    ["an OpenAI key", "key sk-proj-abcdefghijklmnopqrst here", "key [secret] here"],
    ["a key of ours", "rw_0123456789ab_abcdefghijklmnopqrst", "[secret]"],
    ["a GitHub token", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[secret]"],
    ["an AWS key id", "AKIAIOSFODNN7EXAMPLE", "[secret]"],
    ["a Google key", "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234", "[secret]"],
    ["a JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def", "[secret]"],
    ["a password that is named", 'password: "hunter2hunter2"', 'password: "[secret]"'],
    ["one within escaped JSON", '{\\"api_key\\": \\"abcdef123456\\"}', '{\\"api_key\\": \\"[secret]\\"}'],
    [
      "a private key",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE+abc/def==\n-----END RSA PRIVATE KEY-----\nrest",
      "[secret]\nrest",
    ],
  ])("replaces %s", (_what, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    "On 2026-11-25 at 14:30 revision 3f1234567890 was served.",
    "1234 5678 9012 3456 is no card", // fails the check digit
    "version 10.15.7, 192.168.100.200, 3.14159265358979",
    "a sketchy word, the risk-free rate, bearer of news",
    "for (let i = 0; i < 100000; i++) {}",
    "user@localhost and @mention",
  ])("leaves alone: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  it("runs the operator's own patterns first", () => {
    const own = createRedactor(["\\bEMP-\\d{6}\\b", "(?i)project (alpha|beta)"]);
    expect(own("EMP-123456 of Project Alpha, EMP-12")).toBe("[redacted] of [redacted], EMP-12");
  });

  it("takes time that grows with the text alone, whatever pattern and text", () => {
    const own = createRedactor(["(a+)+$", "(x|x)*y"]);
    for (const piece of [
      "a",
      "1 ",
      "1",
      "a.",
      "eyJ",
      "a@",
      "+1",
      "-----BEGIN PRIVATE KEY-----",
      "password=",
      "0",
      "sk-",
      "bearer ",
    ]) {
      own(piece.repeat(Math.ceil(50_000 / piece.length)));
    }
  });
});
