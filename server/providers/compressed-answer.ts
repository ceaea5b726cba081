import type { UpstreamHeaders } from "./provider-adapter.js";
import { UnusableAnswer } from "./unusable-answer.js";

/** An answer is compressed, which nobody asked for: providers are told `accept-encoding: identity`, so that bytes are passed on as they come. */
export function compressedAnswer(encoding: string): UnusableAnswer {
  return new UnusableAnswer(`the answer is compressed (${encoding}), though accept-encoding: identity was sent`);
}

/** @returns how an answer is compressed; undefined when it is not. */
export function compressionOf({ "content-encoding": encoding }: UpstreamHeaders): string | undefined {
  const name = String(encoding ?? "").trim();
  return name === "" || name.toLowerCase() === "identity" ? undefined : name;
}
