import {
  type AttributeDefinition,
  builtInFacts,
  type CompiledPolicy,
  dependsOnPromptSize,
  type Facts,
  type FactValue,
  howFactIsSent,
  listNames,
  MAX_TOKENS,
  nearestNames,
  type PolicySet,
  type TokenBounds,
} from "../../../engine/serving.js";
import type { ServingPolicy } from "../../dispatch/serving-policy.js";
import type { TrustedFacts } from "../../keys/key-facts.js";
import { andThen, type Soon } from "../../soon.js";
import { PromptSize } from "../../tokens/prompt-size.js";
import { type PromptTokens, promptTokens } from "../../tokens/prompt-tokens.js";
import type { TokenCounter } from "../../tokens/token-counter.js";
import { type FieldNames, fieldName } from "../fronts/field-names.js";
import type { Unseen } from "../fronts/front.js";
import { type Hint, hints, switches, tagHeaders } from "./hints.js";
import { Observation } from "./observation.js";
import { observeAttributes } from "./observe-attributes.js";
import { observeBody } from "./observe-body.js";
import { checkContextHint } from "./observe-context-hint.js";
import { observeKey } from "./observe-key.js";
import { observeTags } from "./observe-tags.js";
import { isReadByGuards } from "./read-by-guards.js";
import { headersOfAttributes, type RequestHeaders } from "./request-headers.js";
import { FAULT_HEADER, faultWarnings } from "./requested-faults.js";
import { describeSlip } from "./slips.js";

export interface RequestToObserve {
  readonly headers: RequestHeaders;
  /** The parsed body: a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What the request holds beside that. */
  readonly unseen?: Unseen | undefined;
  /** What the client calls fields of the body; undefined: as the body does. */
  readonly names?: FieldNames | undefined;
  readonly serving: Pick<ServingPolicy, "policy" | "thresholds">;
  readonly counter: TokenCounter;
  /** What its API key says; undefined when it has none. */
  readonly key?: TrustedFacts | undefined;
  /** Whether the server is in the test mode, so that `x-route-simulate` makes faults. Default false. */
  readonly makesFaults?: boolean | undefined;
  /** When the request arrived, milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
}

/** What a request says about itself. */
export interface ObservedRequest {
  readonly facts: Facts;
  /** For each fact, where its value came from: `header x-route-tags`, `body model`, `estimate`, `clock`. */
  readonly sources: Readonly<Record<string, string>>;
  /** How large its prompt is, whatever it hints at. */
  readonly prompt: PromptSize;
  /** One sentence for each hint that is malformed, unknown or given twice; those hints are not facts. */
  readonly warnings: readonly string[];
  /** One sentence for each value that must not be passed over: a server refuses the request. They are among the warnings. */
  readonly refusals: readonly string[];
  /** `x-route-strict: true`: warnings refuse the request. */
  readonly strict: boolean;
  /** `x-route-explain: true`: the answer carries the decision record. */
  readonly explain: boolean;
}

/**
 * Reads the facts of a chat completion from its headers and body: the same request gives the same facts. The prompt is
 * measured only when no hint gives its size. Never rejects.
 */
export function observeRequest(request: RequestToObserve): Soon<ObservedRequest> {
  const { headers, body, unseen, key, now } = request;
  const { policy } = request.serving;
  const { names } = request;
  const { attributes } = policy.set;
  const observation = new Observation(attributes);
  const prompt = new PromptSize(body, unseen);
  if (key !== undefined) observeKey(key, attributes, observation);
  observeHints(headers, policy, observation);
  if (unseen?.tools === true) observation.observe("uses_tools", true, "body tools");
  if (unseen?.images === true) observation.observe("uses_vision", true, `body ${fieldName(names, "messages")}`);
  observeBody(body, policy, observation, (field) =>
    unseen?.assumed?.includes(field) === true ? "default" : `body ${fieldName(names, field)}`,
  );
  observeTags(key?.tags ?? [], headers, body, policy, observation);
  observeAttributes(policy, headers, body, observation);
  observation.observe("time", now, "clock");
  warnOfUnknownHints(headers, attributes, observation);
  const fault = headers[FAULT_HEADER];
  if (fault !== undefined) observation.warnings.push(...faultWarnings(fault, request.makesFaults === true));
  const strict = readSwitch(headers, "x-route-strict");
  if (strict.isMalformed) observation.refuse(`x-route-strict: ${SWITCH_FORM}`);
  const explain = readSwitch(headers, "x-route-explain");
  if (explain.isMalformed) observation.warnings.push(`x-route-explain: ${SWITCH_FORM}; it was not used`);
  checkContextHint(prompt, policy.set, observation);
  const observed = (): ObservedRequest => {
    const { sources, warnings, refusals } = observation;
    return {
      facts: observation.facts as Facts,
      sources,
      prompt,
      warnings: refusals.length === 0 ? warnings : [...refusals, ...warnings],
      refusals,
      strict: strict.isOn,
      explain: explain.isOn,
    };
  };
  const measuring =
    observation.facts["context_tokens"] === undefined ? observePromptTokens(request, prompt, observation) : undefined;
  return andThen(measuring, observed);
}

/** What the record says of a size that was not hinted. */
const tokenSources = { estimate: "estimate", exact: "exact count", bounds: "bounds" } as const;

function observePromptTokens(
  { serving: { policy, thresholds }, counter }: RequestToObserve,
  prompt: PromptSize,
  observation: Observation,
): Soon<void> {
  const facts = observation.facts as Facts;
  const matters = (bounds: TokenBounds) => dependsOnPromptSize(policy, thresholds, facts, bounds);
  const observe = ({ value, source }: PromptTokens) =>
    observation.observe("context_tokens", Math.min(value, MAX_TOKENS), tokenSources[source]);
  const tokens = promptTokens({ prompt, matters, counter });
  return andThen(tokens, observe);
}

function observeHints(headers: RequestHeaders, policy: CompiledPolicy, observation: Observation): void {
  for (const hint of hints) observeHint(hint, headers, policy, observation);
}

function observeHint(hint: Hint, headers: RequestHeaders, policy: CompiledPolicy, observation: Observation): void {
  const { fact, headers: names, read, form } = hint;
  let first: { readonly header: string; readonly value: FactValue } | undefined;
  for (const header of names) {
    const text = headers[header];
    if (text === undefined) continue;
    if (typeof text !== "string") {
      passOverHint(fact, header, "it is given more than once", policy.set, observation);
      continue;
    }
    const value = read(text);
    if (value === undefined) passOverHint(fact, header, `it takes ${form}`, policy.set, observation);
    else if (first === undefined) first = { header, value };
    else if (value !== first.value) {
      observation.warnings.push(`${header}: it differs from ${first.header}; it was not used`);
    }
  }
  if (first === undefined) return;
  // Nothing that the key says already is compared, nor what programs call their conversations.
  const slip =
    observation.facts[fact] === undefined && fact !== "session" ? describeSlip(policy, fact, first.value) : undefined;
  if (slip !== undefined) observation.warnings.push(`${first.header}: ${slip}`);
  observation.observe(fact, first.value, `header ${first.header}`);
}

/**
 * As if it were not there; but not for a guard that reads it: a client would switch it off by spoiling what a gateway says. A
 * prompt is measured then, and browsers send `http-referer` as it is.
 */
function passOverHint(fact: string, header: string, why: string, set: PolicySet, observation: Observation): void {
  const isSafe = fact === "context_tokens" || !header.startsWith("x-") || observation.facts[fact] !== undefined;
  if (!isSafe && isReadByGuards(set, fact)) observation.refuse(`${header}: ${why}`);
  else observation.warnings.push(`${header}: ${why}; it was not used`);
}

const PREFIX = "x-route-";
/** Headers of other gateways that steer them; those of them that mean something here are known hints. */
const FOREIGN_PREFIXES = ["x-litellm-", "x-portkey-"];

const knownHints: ReadonlySet<string> = new Set([...hints.flatMap((hint) => hint.headers), ...tagHeaders, ...switches]);

function warnOfUnknownHints(
  headers: RequestHeaders,
  attributes: readonly AttributeDefinition[],
  { warnings }: Observation,
): void {
  for (const name in headers) {
    const isOurs = name.startsWith(PREFIX);
    if (!isOurs && !FOREIGN_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    if (knownHints.has(name) || name === FAULT_HEADER || headersOfAttributes(attributes).has(name)) continue;
    const help = isOurs ? helpForUnknownHint(name, attributes) : "it was not used";
    warnings.push(`${name}: there is no such hint; ${help}`);
  }
}

/** The names of hints as facts are written, so that a part of one is known: `x-route-latency` → `x-route-max-latency-ms`. */
const hintNames: readonly string[] = [...knownHints]
  .filter((known) => known.startsWith(PREFIX))
  .map((known) => known.slice(PREFIX.length).replaceAll("-", "_"));

function helpForUnknownHint(header: string, attributes: readonly AttributeDefinition[]): string {
  const name = header
    .slice(PREFIX.length)
    .replaceAll("-", "_")
    .replace(/^attributes?_/, "");
  const facts = new Map(
    [...builtInFacts, ...attributes].map((each) => [each.name.replace(/^attributes\./, ""), each.name]),
  );
  const origin = (fact: string) => {
    const from = fact === "time" ? "the clock" : (howFactIsSent(attributes, fact) ?? "the API key");
    return `the fact \`${fact}\` is taken from ${from}`;
  };
  const fact = facts.get(name);
  if (fact !== undefined) return origin(fact);
  const near = nearestNames(name, hintNames).map((known) => `${PREFIX}${known.replaceAll("_", "-")}`);
  if (near.length > 0) return `did you mean ${listNames(near)}?`;
  const [meant] = nearestNames(name, facts.keys());
  return meant === undefined ? "it was not used" : `it was not used; ${origin(facts.get(meant) ?? meant)}`;
}

const SWITCH_FORM = "it takes true or false";

interface Switch {
  /** Any value says true. */
  readonly isOn: boolean;
  readonly isMalformed: boolean;
}

const OFF: Switch = { isOn: false, isMalformed: false };

function readSwitch(headers: RequestHeaders, name: string): Switch {
  const given = headers[name];
  if (given === undefined) return OFF;
  const values = typeof given === "string" ? [given] : given;
  return { isOn: values.includes("true"), isMalformed: values.some((text) => text !== "true" && text !== "false") };
}
