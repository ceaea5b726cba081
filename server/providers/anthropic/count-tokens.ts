import type { PassThrough } from "../pass-through.js";

/** A count comes whole and is no answer of a model (https://platform.claude.com/docs/en/api/messages/count_tokens, read 2026-11-25). */
export const countPassThrough: PassThrough = {
  decides: /./,
  stream: () => ({ push: () => [], end: () => [] }),
  whole: ({ input_tokens, error }) => ({
    choices: Number.isSafeInteger(input_tokens) ? [{}] : [],
    ...(error === undefined ? {} : { error }),
  }),
};
