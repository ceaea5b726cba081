import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { CompiledPolicy, World } from "../engine/index.js";
import { answersAsked } from "../server/dispatch/answers-asked.js";
import { createServingPolicies } from "../server/dispatch/serving-policy.js";
import { type ApiError, errorBody } from "../server/http/api-error.js";
import { chatFront } from "../server/http/fronts/chat-front.js";
import { observeRequest } from "../server/http/observe-request.js";
import { parseRequestBody } from "../server/http/parse-request-body.js";
import { readAsked } from "../server/http/read-asked.js";
import { requestHeaders } from "../server/http/request-headers.js";
import { BufferList } from "../server/json/buffer-list.js";
import { createAdapters } from "../server/providers/adapters.js";
import { createTokenCounter } from "../server/tokens/create-token-counter.js";
import { CommandFailure } from "./command-failure.js";
import type { SourcedFacts } from "./facts-from-flags.js";

/** A request as the proxy reads it. */
export interface RequestRead extends SourcedFacts {
  readonly warnings: readonly string[];
  /** The part of the world that the request itself makes. */
  readonly world: World;
}

/**
 * Reads a chat completion as the proxy does: the same checks of the body, the same facts, the same hints of other routers.
 * @param file the body; `-` is standard input; undefined: an empty object.
 * @param headers as curl takes them: `name: value`.
 * @throws CommandFailure: 2 when the file or a header cannot be read, 1 with the answer of the proxy when it would refuse.
 */
export async function readRequest(
  policy: CompiledPolicy,
  file: string | undefined,
  headers: readonly string[],
  latencyMs: World["latency_ms"],
  now: number,
): Promise<RequestRead> {
  const rawHeaders = headers.flatMap(readHeader);
  const parsed = orRefusal(
    parseRequestBody(new BufferList([file === undefined ? Buffer.from("{}") : await readBody(file)])),
  );
  const { body } = orRefusal(chatFront.readChat(parsed.json));
  const environment = withAllKeys(policy);
  const adapters = createAdapters(environment);
  try {
    const serving = createServingPolicies(adapters, environment)(policy);
    const read = await readAsked({
      serving,
      operation: chatFront.operation,
      body,
      latencyMs: () => latencyMs,
      tokensPerSecond: () => undefined,
      observe: observeRequest,
      headers: requestHeaders({ rawHeaders }, policy.set.attributes),
      // Nobody else waits for this thread, and a person can wait longer than a request.
      counter: createTokenCounter({ runIn: "main", timeLimitMs: 60_000 }),
      now,
    });
    if (read.refusal !== undefined) orRefusal(read.refusal);
    const { facts, sources, warnings } = read.observed;
    const incapable = serving.incapableOf(body, chatFront.operation, undefined);
    const answers = answersAsked(body);
    return {
      facts,
      sources,
      warnings,
      world: {
        ...(incapable === undefined ? {} : { incapable }),
        ...read.hints,
        ...(answers === 1 ? {} : { answers }),
        ...(read.prefix === undefined ? {} : { prefix: read.prefix }),
      },
    };
  } finally {
    await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
  }
}

function orRefusal<Value extends object>(read: Value | ApiError): Value {
  if (!("code" in read && "status" in read)) return read as Value;
  const error = read as ApiError;
  throw new CommandFailure(1, `policy explain: the proxy answers ${error.status}: ${error.message}`, errorBody(error));
}

async function readBody(file: string): Promise<Buffer> {
  const reading = file === "-" ? buffer(process.stdin) : readFile(file);
  return reading.catch((error: Error) => {
    throw new CommandFailure(2, `policy explain: cannot read the request ${file}: ${error.message}`);
  });
}

/** One header as it comes over the wire: its name, and its value as bytes in Latin-1. */
function readHeader(line: string): readonly string[] {
  const [, name = "", value = ""] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
  if (name === "") throw new CommandFailure(2, `policy explain: -H '${line}': write it as 'name: value'`);
  return [name, Buffer.from(value, "utf8").toString("latin1")];
}

/** As if every provider's key were set: what a request asks for does not depend on them. */
function withAllKeys({ set }: CompiledPolicy): NodeJS.ProcessEnv {
  return Object.fromEntries(
    set.catalog.providers.flatMap(({ apiKeyEnv }) => (apiKeyEnv === undefined ? [] : [[apiKeyEnv, "set"]])),
  );
}
