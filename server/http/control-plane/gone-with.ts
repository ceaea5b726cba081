import type { Response } from "express";

/** Aborted when the client hangs up, so that what takes seconds is not done for nobody. */
export function goneWith(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone.signal;
}
