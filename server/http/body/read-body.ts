import type { IncomingMessage } from "node:http";
import { BufferList } from "../../json/buffer-list.js";
import { together } from "../../together.js";
import type { ApiError } from "../errors/api-error.js";

/** The largest request body, bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How long the rest of a body that is too large is read and thrown away, so that the client gets to see the answer. */
const DISCARD_MS = 5_000;

/** What comes after the body is done for all requests together whose last bytes were read together. */
const goOn = together(setImmediate, ({ resolve, body }: ReadBody) => resolve(body));

interface ReadBody {
  readonly body: BufferList;
  readonly resolve: (body: BufferList) => void;
}

/** The client hung up before its request was complete. */
export class RequestAborted extends Error {
  override readonly name = "RequestAborted";
}

/**
 * Collects a request body.
 * @returns the bytes, or the error to answer with when there are more than `maxBytes`.
 * @throws RequestAborted when the client hangs up before the end.
 */
export function readBody(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<BufferList | ApiError> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined;
    let bytes = 0;
    const refuse = () => {
      chunks = undefined;
      request.off("data", collect).resume();
      const timer = setTimeout(() => request.destroy(), DISCARD_MS).unref();
      request.once("close", () => clearTimeout(timer));
      resolve(tooLarge(maxBytes));
    };
    const collect = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) refuse();
      else if (chunks === undefined)
        chunks = [chunk]; // as most bodies come; a list that is pushed to takes room for sixteen more
      else chunks.push(chunk);
    };
    // `on`: each of them happens once, and `once` costs an object and a function more.
    request.on("end", () => {
      goOn({ body: new BufferList(chunks ?? []), resolve });
      chunks = undefined; // the listeners below hold them until the answer has ended
    });
    request.on("error", (error) => reject(new RequestAborted("the client hung up", { cause: error })));
    request.on("close", () => {
      if (!request.complete) reject(new RequestAborted("the client hung up")); // an Error for each request would cost
    });
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) refuse();
    else request.on("data", collect);
  });
}

function tooLarge(maxBytes: number): ApiError {
  return {
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    message: `the request body is larger than ${maxBytes / 1024 / 1024} MiB; send less, or links instead of data`,
  };
}
