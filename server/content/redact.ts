import { RE2JS } from "re2js";

/** A text with what must not be kept replaced. */
export type Redact = (text: string) => string;

/**
 * Makes a redactor: the operator's own patterns become `[redacted]`, then secrets `[secret]`, e-mail addresses `[email]`,
 * payment cards `[card]` and phone numbers `[phone]`.
 *
 * Own patterns run in RE2, whose time is linear in the text, whatever they say. The built-in ones are JavaScript's, every
 * repetition in them bounded or anchored by what it cannot contain.
 *
 * @param patterns in RE2's syntax. @throws Error of the engine when one is not.
 */
export function createRedactor(patterns: readonly string[]): Redact {
  const own = patterns.map((pattern) => RE2JS.compile(pattern));
  return (text) => {
    const before = own.reduce((rest, pattern) => pattern.matcher(rest).replaceAll("[redacted]"), text);
    const withoutSecrets = secrets.reduce((rest, pattern) => rest.replace(pattern, "$1[secret]"), before);
    const withoutEmail = withoutSecrets.includes("@") ? withoutSecrets.replace(EMAIL, "[email]") : withoutSecrets;
    const withoutCards = withoutEmail.replace(DIGIT_GROUPS, redactCards);
    return phones.reduce((rest, pattern) => rest.replace(pattern, "[phone]"), withoutCards);
  };
}

/** What secrets are called, in text and in JSON. */
const { source: called } = /api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret|secret|password|passwd/;

/** Each keeps its first group: what says that a secret follows. */
const secrets: readonly RegExp[] = [
  /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,16384}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  /\b(bearer[ \t]{1,4})[A-Za-z0-9._~+/=-]{16,8192}/gi,
  // Tokens that say what they are: OpenAI, Anthropic, Stripe, ours, Groq, Hugging Face, GitHub, GitLab, Slack, npm, xAI, SendGrid, webhooks.
  /\b()(?:sk|pk|rk|rw|gsk|hf|gh[opsur]|github_pat|glpat|xox[abeoprs]|npm|xai|SG|whsec|shpat|pplx|nvapi)[-_.][A-Za-z0-9_.-]{16,512}/g,
  /\b()(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, // AWS
  /\b()AIza[\w-]{30,64}/g, // Google
  /\b()eyJ[\w-]{8,8192}\.[\w-]{4,8192}(?:\.[\w-]{0,8192})?/g, // JSON Web Tokens
  new RegExp(String.raw`\b((?:${called})\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?)[^\s"',;\\]{6,512}`, "gi"),
];

const SECRET_NAME = new RegExp(`(?:authorization|authorization[_-]?token|refresh[_-]?token|cookie|${called})$`, "i");

/** Whether an entry of a JSON object is a secret by its name: `password` of what a tool is called with, `authorization_token` of an MCP server. */
export function namesSecret(name: string): boolean {
  return SECRET_NAME.test(name.slice(-MOST_OF_NAME));
}

const MOST_OF_NAME = 100;

const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;

/** Digits as people group them. Each character is looked at once: a group ends where no digit follows. */
const DIGIT_GROUPS = /\d+(?:[ .\u00a0-]\d+)*/g;

/** Replaces each 13 to 19 digits of whole groups that pass the check of payment cards (Luhn). */
function redactCards(run: string): string {
  const parts = run.split(/([ .\u00a0-])/); // groups at even places, what separates them at odd ones
  let result = "";
  for (let at = 0; at < parts.length; ) {
    const end = endOfCard(parts, at);
    result += end === undefined ? (parts[at] ?? "") : "[card]";
    at = end ?? at + 1;
  }
  return result;
}

function endOfCard(parts: readonly string[], start: number): number | undefined {
  if (start % 2 === 1) return undefined;
  let digits = "";
  let end: number | undefined;
  for (let at = start; at < parts.length; at += 2) {
    digits += parts[at];
    if (digits.length > 19) break;
    if (digits.length >= 13 && passesLuhn(digits)) end = at + 1;
  }
  return end;
}

/** ISO/IEC 7812-1, annex B: from the right every second digit doubled; the sum of all digits ends in 0. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && /[1-9]/.test(digits);
}

const phones: readonly RegExp[] = [
  /(?<![\w+])(?:\+|00)[1-9](?:[ ().\u00a0/-]{0,2}\d){7,14}(?!\d)/g, // with a country code
  /(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])/g, // North America
  /(?<![\w.-])0\d(?:[ .-]\d{2}){4}(?![\w-])/g, // 06 12 34 56 78
  /(?<![\w.-])\(?0[1-9]\d{1,4}\)?[ /-]{1,2}\d{3,8}(?:[ -]\d{2,4}){0,3}(?![\w-])/g, // 030 1234567, (0171) 234 5678
  /(?<![\w.-])0[1-9]\d{8,9}(?![\w-])/g, // 07700900123
];
