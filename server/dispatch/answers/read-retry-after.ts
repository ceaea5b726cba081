import type { UpstreamHeaders } from "../../providers/provider-adapter.js";

/** The longest wait a provider is believed, milliseconds: a longer one counts as this. */
const MAX_WAIT_MS = 24 * 60 * 60 * 1_000;

/**
 * How long a provider asks to wait: `Retry-After`, in seconds or as a date, or the finer `retry-after-ms` of OpenAI and Azure,
 * which their SDKs go by first. Of a header that comes several times the longest counts.
 * @param now epoch milliseconds. @returns milliseconds, above 0; undefined when no header can be read as a wait.
 */
export function readRetryAfter(headers: UpstreamHeaders, now: number): number | undefined {
  return (
    longest(headers["retry-after-ms"], (text) => Number(text)) ??
    longest(headers["retry-after"], (text) => (SECONDS.test(text) ? Number(text) * 1_000 : Date.parse(text) - now))
  );
}

const SECONDS = /^\d+(\.\d+)?$/;

function longest(header: string | readonly string[] | undefined, toMs: (text: string) => number): number | undefined {
  const given = header === undefined ? [] : typeof header === "string" ? [header] : header;
  const waits = given.map((text) => toMs(text.trim())).filter((ms) => ms > 0);
  return waits.length === 0 ? undefined : Math.ceil(Math.min(Math.max(...waits), MAX_WAIT_MS));
}
