import type { ErrorClass } from "../../../engine/serving.js";

/** What went wrong with one attempt. */
export interface Failure {
  readonly errorClass: ErrorClass;
  /** The provider's HTTP status, or the status an error event carried; absent when there was no answer. */
  readonly status?: number;
  /** For the operator (log, record, span): the provider's own words, shortened. Clients are not shown it. */
  readonly message: string;
  /** For the client: what happened without the provider's words, addresses or keys: `status 503`, `idle timer (60 s)`. */
  readonly summary: string;
  /** How long the provider asked to wait, milliseconds. */
  readonly retryAfterMs?: number;
  /** It could not be called for want of something of this machine's: that says nothing of the provider. */
  readonly isOurs?: true;
  /** The provider's own error answer, for classes that are the request's own fault: it is passed on. */
  readonly answer?: ProviderErrorAnswer;
}

export interface ProviderErrorAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Classes that the request itself causes: the client gets the provider's own answer. */
export const requestFaults: ReadonlySet<ErrorClass> = new Set(["invalid_request", "context_length", "content_filter"]);
