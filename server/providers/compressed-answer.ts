import type { UpstreamHeaders } from "./provider-adapter.js";

/** An answer is compressed, which nobody asked for: providers are told `accept-encoding: identity`, so that bytes are passed on as they come. */
export class CompressedAnswer extends Error {
  override readonly name = "CompressedAnswer";
  constructor(encoding: string) {
    super(`the answer is compressed (${encoding}), though accept-encoding: identity was sent`);
  }
}

/** @returns how an answer is compressed; undefined when it is not. */
export function compressionOf({ "content-encoding": encoding }: UpstreamHeaders): string | undefined {
  const name = String(encoding ?? "").trim();
  return name === "" || name.toLowerCase() === "identity" ? undefined : name;
}
