import type { NativeOperation, Translator } from "../chat/translator.js";
import type { Operation } from "../operation.js";
import { readCount } from "../read-count.js";
import { parameters } from "./parameters.js";
import { textInMessage } from "./text-in-message.js";
import { translateAnswer } from "./translate-answer.js";
import { translateError } from "./translate-error.js";
import { translateRequest, unable } from "./translate-request.js";
import { translateStream } from "./translate-stream.js";

/** The version of the Messages API that this translator speaks. */
const VERSION = "2023-06-01";

/** Anthropic's Messages API, and servers that speak it. `base_url` ends in `/v1`. */
export const anthropicTranslator: Translator = {
  native: new Map<Operation, NativeOperation>([
    ["messages", { path: "/messages", textIn: textInMessage }],
    ["count_tokens", { path: "/messages/count_tokens", whole: readCount }],
  ]),
  parameters,
  headers: (key) => ({ "anthropic-version": VERSION, ...(key === undefined ? {} : { "x-api-key": key }) }),
  unable,
  request: translateRequest,
  answer: translateAnswer,
  stream: translateStream,
  error: translateError,
};
