import { belowPage } from "../admin/below-page.js";
import { readEvents } from "../admin/read-events.js";
import { refusalOf } from "../admin/refusal.js";
import { type Choices, type Chunk, withChunk } from "./choices.js";

/** What has come of a completion so far. */
export interface Completion {
  readonly status: number;
  /** The answer's `x-route-*` headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly choices: Choices;
  /** The stable code and the message of an error, before the answer or in its midst. */
  readonly error?: string;
  readonly isOver: boolean;
}

export interface Sending {
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty: none is sent. */
  readonly apiKey: string;
  readonly signal: AbortSignal;
}

/** Sends a streamed chat completion, as any client would. @throws Error in words for a header that no page may
 * send, what `fetch` throws; once the answer has begun, an abort only. */
export async function sendCompletion(
  { body, headers, apiKey, signal }: Sending,
  onProgress: (completion: Completion) => void,
): Promise<void> {
  const request = new Request(belowPage("/v1/chat/completions"), {
    method: "POST",
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, asBytes(value)])),
      "content-type": "application/json",
      ...(apiKey === "" ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(body),
    credentials: "omit",
    signal,
  });
  const lost = Object.keys(headers).find((name) => !request.headers.has(name));
  if (lost !== undefined)
    throw new Error(`a browser sends no header \`${lost}\` for a page: leave it out, or send it otherwise`);
  const response = await fetch(request);
  const routeHeaders = Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("x-route-")));
  let completion: Completion = { status: response.status, headers: routeHeaders, choices: {}, isOver: false };
  const progress = (change: Partial<Completion>) => {
    completion = { ...completion, ...change };
    onProgress(completion);
  };
  progress({});
  if (!response.ok) {
    const { code, message } = await refusalOf(response);
    progress({ error: `${code}: ${message}`, isOver: true });
    return;
  }
  const reading = readEvents(response, {
    onEvent: ({ data }) => {
      if (data === "[DONE]") return;
      const { error, ...chunk } = JSON.parse(data) as StreamEvent;
      const choices = withChunk(completion.choices, chunk);
      if (choices !== completion.choices) progress({ choices });
      if (error !== undefined) progress({ error: `${error.code ?? "error"}: ${error.message ?? ""}` });
    },
  });
  try {
    await reading;
  } catch (failure) {
    if (signal.aborted) throw failure;
    progress({ error: "the connection broke before the answer was complete" });
  }
  progress({ isOver: true });
}

/** Headers are bytes; a browser takes them as text of one letter a byte. The server reads UTF-8. */
function asBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

interface StreamEvent extends Chunk {
  readonly error?: { readonly code?: string; readonly message?: string };
}
