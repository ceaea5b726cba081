import type { Translator } from "./chat/translator.js";
import type { UpstreamHandler, UpstreamHeaders } from "./provider-adapter.js";
import type { TranslatedAnswer } from "./translated-answer.js";

/** Passes an answer on as it comes, unless it is an error: errors are translated, so that they are classified alike. */
export class PassedAnswer implements UpstreamHandler {
  readonly #errors: TranslatedAnswer;
  #next: UpstreamHandler;

  /** @param errors takes error answers in. */
  constructor(next: UpstreamHandler, errors: TranslatedAnswer) {
    this.#next = next;
    this.#errors = errors;
  }

  onStart(status: number, headers: UpstreamHeaders): void {
    if (status < 200 || status > 299) this.#next = this.#errors;
    this.#next.onStart(status, headers);
  }

  onData(chunk: Buffer): void {
    this.#next.onData(chunk);
  }

  onEnd(): void {
    this.#next.onEnd();
  }

  onFailure(error: unknown): void {
    this.#next.onFailure(error);
  }
}

/** How answers in a translator's own format are understood on their way through. */
export function passThroughOf(translator: Translator) {
  const context = () => ({ created: 0, newId: (prefix: string) => prefix, model: "" });
  return {
    // Inside a text the quotes would be escaped.
    decides: /"type"\s*:\s*"(message_start|message_delta|message_stop|error)"/,
    stream: () => translator.stream(context()),
    whole: (answer: Readonly<Record<string, unknown>>) => ({ ...translator.answer(answer, context()) }),
  };
}
