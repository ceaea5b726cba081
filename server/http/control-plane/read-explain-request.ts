import {
  builtInFacts,
  type CompiledPolicy,
  type FactDefinition,
  type Facts,
  type FactValue,
  findAskedModel,
} from "../../../engine/serving.js";
import { BufferList } from "../../json/buffer-list.js";
import { isObject, type Json } from "../../json/json.js";
import { plainDigits } from "../../json/plain-digits.js";
import { type Api, apis, otherApis } from "../body/body-of-api.js";
import { type ParsedRequestBody, parseRequestBody } from "../body/parse-request-body.js";
import type { ApiError } from "../errors/api-error.js";
import { readGivenFact, type SourcedFacts } from "./given-facts.js";
import type { GivenRequest } from "./read-given-request.js";

/** What `POST /admin/explain` is asked. */
export interface ExplainRequest {
  readonly request: GivenRequest;
  /** Neither a body nor headers are given: facts alone describe the request. */
  readonly isPlain: boolean;
  /** They take the place of what the request and its key say. */
  readonly facts: SourcedFacts;
  /** Id or name of an API key. */
  readonly key: string | undefined;
  readonly seed: string | undefined;
  /** Id of a model or an endpoint: asked is why the request does not go there. */
  readonly whyNot: string | undefined;
}

/** A question about a decision that was recorded. */
export interface DecisionQuestion {
  readonly decision: string;
  /** The name of a model or an endpoint, as it was given. */
  readonly whyNot: string;
}

/** What cannot be explained as it is asked for; the error's `param` is the path of the value in the body, where it is one. */
export class InvalidExplainRequest extends Error {
  override readonly name = "InvalidExplainRequest";
  readonly error: ApiError;

  constructor(parameter: string | undefined, message: string, code = "invalid_parameter") {
    super(message);
    const param = parameter === undefined ? {} : { param: parameter };
    this.error = { status: 400, type: "invalid_request_error", code, message, ...param };
  }
}

const fields = ["body", "api", "headers", "facts", "key", "seed", "decision", "why_not"] as const;

/** @throws InvalidExplainRequest */
export function readExplainRequest(json: Json, policy: CompiledPolicy): ExplainRequest {
  refuseUnknownFields(json);
  const { body, headers } = json;
  const whyNot = readWhyNot(json);
  const api = readApi(json["api"]);
  if (json["api"] !== undefined && body === undefined)
    throw invalid("api", "it says which API the body is for; give a body");
  return {
    request: {
      body: readBody(body === undefined ? {} : body, api),
      api,
      rawHeaders: readHeaders(headers === undefined ? {} : headers),
    },
    isPlain: body === undefined && headers === undefined,
    facts: readFacts(json["facts"] === undefined ? {} : json["facts"], policy),
    key: readText("key", json["key"], "the id or the name of an API key"),
    seed: readText("seed", json["seed"], "a text"),
    whyNot: whyNot === undefined ? undefined : readAskedModel(whyNot, policy),
  };
}

/** @returns undefined when the question is about no recorded decision. @throws InvalidExplainRequest */
export function readDecisionQuestion(json: Json): DecisionQuestion | undefined {
  const decision = readText("decision", json["decision"], "the id of a decision, dec_…");
  if (decision === undefined) return undefined;
  refuseUnknownFields(json);
  const other = Object.keys(json).find((name) => name !== "decision" && name !== "why_not");
  if (other !== undefined) throw invalid(other, "it does not go with decision, which has its own request");
  const whyNot = readWhyNot(json);
  if (whyNot === undefined)
    throw invalid("decision", "it goes with why_not only; GET /admin/decisions/{id} has the decision with its reasons");
  return { decision, whyNot };
}

/** The id of the model or endpoint that is asked about. @throws InvalidExplainRequest when the policy's catalog has none. */
export function readAskedModel(name: string, { set }: CompiledPolicy): string {
  const asked = findAskedModel(set.catalog, name);
  if ("help" in asked) throw invalid("why_not", asked.help);
  return asked.id;
}

function refuseUnknownFields(json: Json): void {
  const unknown = Object.keys(json).find((name) => !(fields as readonly string[]).includes(name));
  if (unknown === undefined) return;
  const shown = unknown.slice(0, 100);
  throw invalid(shown, `there is no such field; it takes ${fields.join(", ")}, with the request itself as body`);
}

function readWhyNot(json: Json): string | undefined {
  return readText("why_not", json["why_not"], "author/model, or one of its endpoints");
}

/** The answer when the proxy would refuse the request that is given. */
export function wouldRefuse({ status, code, message, param }: ApiError): InvalidExplainRequest {
  const path = param === undefined ? undefined : `body.${param}`; // hints are named in the message, wherever they stand
  return new InvalidExplainRequest(path, `the proxy answers ${status}: ${message}`, code);
}

function readApi(given: unknown): Api {
  const api = given === undefined ? "chat" : apis.find((one) => one === given);
  if (api === undefined) throw invalid("api", `it takes ${apis.join(", ")}`);
  return api;
}

function readBody(given: unknown, api: Api): ParsedRequestBody {
  if (!isObject(given)) throw invalid("body", "it takes the request's JSON object, not a text of it");
  const parsed = parseRequestBody(BufferList.ofJson(given));
  if ("code" in parsed) throw wouldRefuse(parsed);
  const other = otherApis(parsed.json, api);
  if (other === undefined) return parsed;
  const named = other.apis.map((one) => `"${one}"`).join(" or ");
  throw invalid("api", `the body has ${other.sign}, so it is none for ${api}; say ${named}`);
}

/** As they come over the wire. */
function readHeaders(given: unknown): readonly string[] {
  if (!isObject(given)) throw invalid("headers", "it takes an object: names and their values");
  return Object.entries(given).flatMap(([name, values]) => {
    const path = `headers.${name.slice(0, 100)}`;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw invalid(path, "this is no name of a header");
    return (Array.isArray(values) ? (values as readonly unknown[]) : [values]).flatMap((value) => {
      if (typeof value !== "string" || /[\0\r\n]/.test(value)) {
        throw invalid(path, "it takes a text of one line, or a list of them for a header that is sent several times");
      }
      return [name, Buffer.from(value.trim(), "utf8").toString("latin1")];
    });
  });
}

function readFacts(given: unknown, policy: CompiledPolicy): SourcedFacts {
  if (!isObject(given)) throw invalid("facts", "it takes an object: names of facts and their values");
  const facts: Record<string, FactValue> = {};
  const sources: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const path = `facts.${name.slice(0, 100)}`;
    const fact = [...builtInFacts, ...policy.set.attributes].find((one) => one.name === name);
    if (fact === undefined) {
      throw invalid(
        path,
        "there is no such fact; docs/facts.md lists them, and those of the policy are attributes.NAME",
      );
    }
    const text = textOf(value, fact);
    const read = text === undefined ? { takes: `a ${fact.type}` } : readGivenFact(fact, text, policy);
    if ("takes" in read) throw invalid(path, `it takes ${read.takes}`);
    facts[name] = read.value;
    sources[name] = "given";
  }
  return { facts: facts as Facts, sources };
}

/** A value as the command line takes it. @returns undefined when it is of another type than the fact. */
function textOf(value: unknown, { type }: FactDefinition): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" && type === "time") return writeInstant(value);
  if (typeof value === "number" && type === "number") return plainDigits(value);
  if (typeof value === type) return String(value);
  const isTags = type === "set" && Array.isArray(value) && value.every((tag) => typeof tag === "string");
  return isTags ? value.join(",") : undefined;
}

/** @param time milliseconds since 1970, as records have it. @returns undefined beyond what dates reach. */
function writeInstant(time: number): string | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function readText(path: string, given: unknown, takes: string): string | undefined {
  if (given === undefined || (typeof given === "string" && given !== "")) return given;
  throw invalid(path, `it takes ${takes}`);
}

function invalid(path: string, message: string): InvalidExplainRequest {
  return new InvalidExplainRequest(path, `${path}: ${message}`);
}
