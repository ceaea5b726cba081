import type { IncomingMessage } from "node:http";
import { BufferList } from "../../json/buffer-list.js";
import { together } from "../../together.js";
import type { ApiError } from "../errors/api-error.js";
import { retryAfter } from "../errors/retry-after.js";
import { IncomingBodies, type IncomingBody } from "./incoming-bodies.js";
import { MAX_BODY_BYTES } from "./room-for-bodies.js";

/** How long the rest of a body that is too large is read and thrown away, so that the client gets to see the answer. */
const DISCARD_MS = 5_000;

/** What comes after the body is done for all requests together whose last bytes were read together. */
const goOn = together(setImmediate, ({ resolve, body }: ReadBody) => resolve(body));

interface ReadBody {
  readonly body: BufferList;
  readonly resolve: (body: BufferList) => void;
}

/** Of this process. */
const incomingBodies = new IncomingBodies();

/** The client hung up before its request was complete. */
export class RequestAborted extends Error {
  override readonly name = "RequestAborted";
}

/**
 * Collects a request body.
 * @returns the bytes, or the error to answer with when there are more than `maxBytes`, or all bodies on their way hold too much.
 * @throws RequestAborted when the client hangs up before the end.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
  bodies = incomingBodies,
): Promise<BufferList | ApiError> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined;
    let bytes = 0;
    let incoming: IncomingBody | undefined;
    const letGo = () => {
      if (incoming !== undefined) bodies.end(incoming);
    };
    const refuse = (error: ApiError) => {
      letGo();
      chunks = undefined;
      request.off("data", collect).resume();
      const timer = setTimeout(() => request.destroy(), DISCARD_MS).unref();
      request.once("close", () => clearTimeout(timer));
      resolve(error);
    };
    const collect = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) refuse(tooLarge(maxBytes));
      else if (chunks === undefined)
        chunks = [chunk]; // as most bodies come; a list that is pushed to takes room for sixteen more
      else {
        chunks.push(chunk);
        incoming ??= { bytes: 0, refuse: () => refuse(TOO_MANY) };
        bodies.grow(incoming, bytes);
      }
    };
    // `on`: each of them happens once, and `once` costs an object and a function more.
    request.on("end", () => {
      goOn({ body: new BufferList(chunks ?? []), resolve });
      chunks = undefined; // the listeners below hold them until the answer has ended
      letGo();
    });
    request.on("error", (error) => reject(new RequestAborted("the client hung up", { cause: error })));
    request.on("close", () => {
      letGo();
      if (!request.complete) reject(new RequestAborted("the client hung up")); // an Error for each request would cost
    });
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) refuse(tooLarge(maxBytes));
    else request.on("data", collect);
  });
}

const TOO_MANY: ApiError = {
  status: 503,
  type: "api_error",
  code: "too_many_bodies",
  message: "this server is receiving as many request bodies as it can hold, and this was the largest; try again",
  ...retryAfter(1_000),
};

function tooLarge(maxBytes: number): ApiError {
  return {
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    message: `the request body is larger than ${maxBytes / 1024 / 1024} MiB; send less, or links instead of data`,
  };
}
