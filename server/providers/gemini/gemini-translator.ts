import type { Translator } from "../chat/translator.js";
import { geminiEmbeddings } from "./embeddings.js";
import { parameters } from "./parameters.js";
import { translateAnswer } from "./translate-answer.js";
import { translateError } from "./translate-error.js";
import { translateRequest, unable } from "./translate-request.js";
import { translateStream } from "./translate-stream.js";

/** Google's generateContent API. `base_url` ends in the version: `https://generativelanguage.googleapis.com/v1beta`. */
export const geminiTranslator: Translator = {
  embeddings: geminiEmbeddings,
  parameters,
  headers: (key) => (key === undefined ? {} : { "x-goog-api-key": key }),
  unable,
  request: translateRequest,
  answer: translateAnswer,
  stream: translateStream,
  error: translateError,
};
