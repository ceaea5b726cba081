import { adminToken } from "./admin-token.js";
import { belowPage } from "./below-page.js";
import { Refusal, refusalOf } from "./refusal.js";

export interface Asking {
  readonly method?: "GET" | "POST";
  /** Sent as JSON. */
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** Told when the server wants a token, or another one than the one that is kept. */
export const tokenWanted = new EventTarget();

/** Asks the control plane. @returns the JSON it answers with. @throws Refusal, or the browser's error when nobody answers. */
export async function askAdmin<Answer>(path: string, asking: Asking = {}): Promise<Answer> {
  const response = await openAdmin(path, asking);
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    const message =
      "what answered is not this server: perhaps the login page of a proxy before it; load the page again";
    throw new Refusal(response.status, "no_json", message);
  }
}

/** The same, for an answer that is a stream. The browser's EventSource cannot send a token other than in the address. */
export async function openAdmin(path: string, { method = "GET", body, signal }: Asking = {}): Promise<Response> {
  const token = adminToken();
  const response = await fetch(belowPage(path), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    credentials: "omit",
    cache: "no-store",
  });
  if (response.ok) return response;
  const refusal = await refusalOf(response);
  // What was refused late may have been sent with a token that has been replaced meanwhile.
  if (refusal.status === 401 && token === adminToken()) tokenWanted.dispatchEvent(new Event("wanted"));
  throw refusal;
}

/** What to say about something that went wrong. */
export function describeError(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return "the server does not answer; is it running?";
}
