import { measureText } from "../../engine/serving.js";
import { wholeText } from "../json/late-text.js";
import { bytesOf, estimateBySample } from "./coarse-bounds.js";
import { type PromptParts, promptParts } from "./prompt-parts.js";

/** What of a prompt its chat completion does not show. */
export interface UnseenPrompt {
  readonly tokens?: number;
  readonly prompt?: PromptParts | undefined;
}

/** How large a prompt is, from its body alone, whatever the client hints at. Each figure is worked out when it is first asked for. */
export class PromptSize {
  #body: Readonly<Record<string, unknown>> | undefined;
  #unseen: UnseenPrompt | undefined;
  #parts: PromptParts | undefined;
  #estimate: number | undefined;
  #mostTokens: number | undefined;
  #upper: number | undefined;

  /** @param body the chat completion that is asked for, parsed. */
  constructor(body: Readonly<Record<string, unknown>>, unseen?: UnseenPrompt) {
    this.#body = body;
    this.#unseen = unseen;
  }

  /** What is counted. */
  get parts(): PromptParts {
    if (this.#parts === undefined) {
      if (this.#body === undefined) throw new Error("invariant: a prompt that was let go is not read");
      const { texts, fixedTokens } = promptParts(this.#body);
      const { tokens = 0, prompt } = this.#unseen ?? {};
      this.#parts =
        prompt === undefined
          ? { texts, fixedTokens: fixedTokens + tokens }
          : { texts: [...texts, ...prompt.texts], fixedTokens: fixedTokens + tokens + prompt.fixedTokens };
    }
    return this.#parts;
  }

  /** What is likely, in tokens. */
  get estimate(): number {
    this.#estimate ??= estimateBySample(this.parts.texts) + this.parts.fixedTokens;
    return this.#estimate;
  }

  /** No vocabulary needs more than one token a byte. Quick, and some four times more than prose has. */
  get mostTokens(): number {
    this.#mostTokens ??= this.#bytes() + this.parts.fixedTokens;
    return this.#mostTokens;
  }

  /** The same for the vocabularies in use: none is taken to need more than twice what o200k_base does. Reads all of it. */
  get upper(): number {
    this.#upper ??=
      Math.min(this.#bytes(), 2 * measureText(this.parts.texts.map(wholeText)).upper) + this.parts.fixedTokens;
    return this.#upper;
  }

  /** Lets the prompt go: of its figures only the estimate may be asked for from here on. */
  release(): void {
    void this.estimate;
    this.#body = undefined;
    this.#unseen = undefined;
    this.#parts = undefined;
  }

  #bytes(): number {
    return this.parts.texts.reduce((sum, text) => sum + bytesOf(text), 0);
  }
}
