import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { CompiledPolicy, World } from "../../engine/compiling.js";
import { createServingPolicies } from "../../server/dispatch/serving-policy.js";
import { type Api, otherApis } from "../../server/http/body/body-of-api.js";
import { parseRequestBody } from "../../server/http/body/parse-request-body.js";
import type { SourcedFacts } from "../../server/http/control-plane/given-facts.js";
import { readGivenRequest } from "../../server/http/control-plane/read-given-request.js";
import { type ApiError, errorBody } from "../../server/http/errors/api-error.js";
import { BufferList } from "../../server/json/buffer-list.js";
import type { Json } from "../../server/json/json.js";
import { createAdapters } from "../../server/providers/adapters.js";
import { answersAsked } from "../../server/providers/chat/answers-asked.js";
import { createTokenCounter } from "../../server/tokens/create-token-counter.js";
import { CommandFailure } from "../command-failure.js";

/** A request as the proxy reads it. */
export interface RequestRead extends SourcedFacts {
  readonly warnings: readonly string[];
  /** The part of the world that the request itself makes. */
  readonly world: World;
}

/** What is sent, and to which API. */
export interface RequestSent {
  /** The body; `-` is standard input; undefined: an empty object. */
  readonly file: string | undefined;
  readonly api: Api;
  /** As curl takes them: `name: value`. */
  readonly headers: readonly string[];
}

/**
 * Reads a request as the proxy does: the same checks of the body, the same facts, the same hints of other routers.
 * @throws CommandFailure: 2 when the file or a header cannot be read or the body is of another API, 1 with the answer of the
 *   proxy when it would refuse.
 */
export async function readRequest(
  policy: CompiledPolicy,
  { file, api, headers }: RequestSent,
  latencyMs: World["latency_ms"],
  now: number,
): Promise<RequestRead> {
  const rawHeaders = headers.flatMap(readHeader);
  const bytes = file === undefined ? Buffer.from("{}") : await readBody(file);
  const body = orRefusal(parseRequestBody(new BufferList([bytes])));
  refuseOtherApis(body.json, api);
  const environment = withAllKeys(policy);
  const adapters = createAdapters(environment);
  try {
    const serving = createServingPolicies(adapters, environment)(policy);
    const reader = {
      serving,
      observations: { latencyMs: () => latencyMs, tokensPerSecond: () => undefined },
      // Nobody else waits for this thread, and a person can wait longer than a request.
      counter: createTokenCounter({ runIn: "main", timeLimitMs: 60_000 }),
      now,
    };
    const { observed, hints, prefix, chat } = orRefusal(await readGivenRequest({ body, api, rawHeaders }, reader));
    const { facts, sources, warnings } = observed;
    const { needsNative, largestPrompt } = chat.unseen ?? {};
    const incapable = serving.incapableOf(chat.body, api, needsNative);
    const answers = answersAsked(chat.body);
    return {
      facts,
      sources,
      warnings,
      world: {
        ...(incapable === undefined ? {} : { incapable }),
        ...hints,
        ...(answers === 1 ? {} : { answers }),
        ...(largestPrompt === undefined ? {} : { largest_prompt: largestPrompt }),
        ...(prefix === undefined ? {} : { prefix }),
      },
    };
  } finally {
    await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
  }
}

function refuseOtherApis(body: Json, api: Api): void {
  const other = otherApis(body, api);
  if (other === undefined) return;
  const named = other.apis.map((one) => `--api ${one}`).join(" or ");
  throw new CommandFailure(
    2,
    `policy explain: the body has ${other.sign}, so it is none for --api ${api}; say ${named}`,
  );
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

/** One header as it comes over the wire: its name, and its value as bytes in Latin-1. As for curl, `name;` is one without a value. */
function readHeader(line: string): readonly string[] {
  const [, name = "", value = ""] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;|:\s*(.*?))\s*$/.exec(line) ?? [];
  if (name === "") throw new CommandFailure(2, `policy explain: -H '${line}': write it as 'name: value'`);
  return [name, Buffer.from(value, "utf8").toString("latin1")];
}

/** As if every provider's key were set: what a request asks for does not depend on them. */
function withAllKeys({ set }: CompiledPolicy): NodeJS.ProcessEnv {
  return Object.fromEntries(
    set.catalog.providers.flatMap(({ apiKeyEnv }) => (apiKeyEnv === undefined ? [] : [[apiKeyEnv, "set"]])),
  );
}
