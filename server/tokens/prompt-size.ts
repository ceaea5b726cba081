import { measureText } from "../../engine/index.js";
import { estimateBySample } from "./coarse-bounds.js";
import { type PromptParts, promptParts } from "./prompt-parts.js";

/** How large a prompt is, from its body alone, whatever the client hints at. Each figure is worked out when it is first asked for. */
export class PromptSize {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #tokenBytes: number;
  #parts: PromptParts | undefined;
  #estimate: number | undefined;
  #mostTokens: number | undefined;
  #upper: number | undefined;

  /** @param tokenBytes bytes of a body that may hold tokens in place of text (embeddings): none takes less than one. */
  constructor(body: Readonly<Record<string, unknown>>, tokenBytes = 0) {
    this.#body = body;
    this.#tokenBytes = tokenBytes;
  }

  /** What is likely, in tokens. */
  get estimate(): number {
    this.#estimate ??= estimateBySample(this.#read().texts) + this.#read().fixedTokens;
    return this.#estimate;
  }

  /** No vocabulary needs more than one token a byte. Quick, and some four times more than prose has. */
  get mostTokens(): number {
    this.#mostTokens ??= Math.max(this.#tokenBytes, this.#bytes() + this.#read().fixedTokens);
    return this.#mostTokens;
  }

  /** The same for the vocabularies in use: none is taken to need more than twice what o200k_base does. Reads all of it. */
  get upper(): number {
    this.#upper ??= Math.max(
      this.#tokenBytes,
      Math.min(this.#bytes(), 2 * measureText(this.#read().texts).upper) + this.#read().fixedTokens,
    );
    return this.#upper;
  }

  #read(): PromptParts {
    this.#parts ??= promptParts(this.#body);
    return this.#parts;
  }

  #bytes(): number {
    return this.#read().texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  }
}
