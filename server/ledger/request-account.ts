import { type NanoUsd, type PlannedAttempt, type Price, priceAt, priceInTier } from "../../engine/serving.js";
import type { AnswerNotes, EndedAttempt } from "../dispatch/answers/attempt-result.js";
import type { Failure } from "../dispatch/answers/failure.js";
import { isObject } from "../json/json.js";
import type { StoredKey } from "../keys/api-key.js";
import { andThen, type Soon } from "../soon.js";
import type { PromptSize } from "../tokens/prompt-size.js";
import type { Accounting, PaymentRefusal } from "./accounting.js";
import { type AttemptCost, type CallEnd, costOfAttempt, mostOutput, upperBound } from "./attempt-cost.js";
import type { BudgetLine, Reservation } from "./budget-book.js";
import { toLedgerRow } from "./ledger-entry.js";
import { inputTotal, noTokens, outputTotal, readBuckets, readInputBuckets } from "./usage-buckets.js";

/** What one request's calls have in common, for the ledger. */
export interface AccountedRequest {
  readonly decision: string;
  readonly key: StoredKey | undefined;
  /** The facts. With a key its own app counts, else what the client hints at. */
  readonly app: string | undefined;
  readonly user: string | undefined;
  readonly policy: { readonly name: string; readonly revision: string };
  /** How large its prompt is. */
  readonly prompt: PromptSize;
  /** Tokens that each answer may have; undefined: it does not say. */
  readonly maxOutputTokens: number | undefined;
  /** How many answers it asks for. */
  readonly choices: number;
  /** Bytes of the body where it may hold tokens in place of text (embeddings): none takes less than one. 0: it holds text. */
  readonly tokenBytes: number;
  /** The service tier it asks for; undefined: none. */
  readonly serviceTier: string | undefined;
  readonly isStream: boolean;
}

/** A call whose cost is held. */
export interface PaidCall {
  readonly id: string;
  readonly at: number;
  readonly reservation: Reservation | undefined;
}

/** Of a budget. */
const NEXT_TO_NOTHING = 0.001;
/** The answer waits this long at most for its row to be committed, milliseconds; the row goes on waiting. */
const COMMIT_WAIT_MS = 2_000;

/** Pays for the calls of one request: reserves before each, and writes each to the ledger. */
export class RequestAccount {
  readonly #accounting: Accounting;
  readonly #request: AccountedRequest;
  readonly #now: () => number;
  /** Calls that are charged and not in the ledger yet. */
  #uncommitted = 0;
  #onCommitted: (() => void) | undefined;
  #calls = 0;
  #tokens = 0;

  constructor(accounting: Accounting, request: AccountedRequest, now: () => number) {
    this.#accounting = accounting;
    this.#request = request;
    this.#now = now;
  }

  /** Tokens of all answers so far, prompt included. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Tokens of the prompt, estimated from the body, whatever the client hints at. */
  get promptTokens(): number {
    return this.#request.prompt.estimate;
  }

  /** Holds the most a call can cost. @param price what is paid: nothing, when the simulator stands in. */
  reserve(planned: PlannedAttempt, price: Price | undefined): Soon<PaidCall | PaymentRefusal> {
    const { key, decision } = this.#request;
    this.#calls += 1; // also when it is refused: a refusal may come after Redis held it
    const id = `${decision}.${this.#calls}`;
    const at = this.#now();
    if (key === undefined) return { id, at, reservation: undefined };
    const lines = this.#accounting.linesOf(key);
    const [first] = lines;
    if (first !== undefined && price === undefined) {
      return { kind: "no_price", endpoint: planned.endpoint.id, line: first };
    }
    const amount = first === undefined ? (0 as NanoUsd) : this.#amountToHold(planned, price, lines);
    const paid = (held: Reservation | PaymentRefusal) => ("kind" in held ? held : { id, at, reservation: held });
    const held = this.#accounting.reserve({ id, amount, lines, at });
    return andThen(held, paid);
  }

  /** The call is not made: what was held for it is free again. */
  giveBack({ reservation }: PaidCall): void {
    if (reservation !== undefined) this.#accounting.giveBack(reservation);
  }

  /** Writes a call that has ended to the ledger. @returns what it cost. */
  settle(
    { id, at, reservation }: PaidCall,
    planned: PlannedAttempt,
    ended: EndedAttempt,
    ordinary: Price | undefined,
  ): AttemptCost {
    const { endpoint, rule } = planned;
    const { decision, key, app, user, policy, maxOutputTokens, choices, serviceTier, isStream } = this.#request;
    const { result, status, firstTokenMs, totalMs, notes } = ended;
    const price = ordinary && priceInTier(ordinary, notes.serviceTier ?? serviceTier);
    const failure = "failure" in result ? result.failure : undefined;
    const owner = key === undefined ? { app } : key.settings;
    const usage = readBuckets(notes.rawUsage);
    const cost = costOfAttempt({
      end: endOf(ended, usage !== undefined),
      usage,
      reportedUsd: reportedCost(notes.rawUsage),
      price,
      prompt: usage ?? readInputBuckets(notes.rawUsage) ?? { ...noTokens, input: this.#request.prompt.estimate },
      producedTokens: Math.min(producedTokens(ended), mostOutput({ maxOutputTokens, choices, endpoint })),
    });
    this.#tokens += inputTotal(cost.usage) + outputTotal(cost.usage);
    const row = toLedgerRow({
      id,
      decision,
      at,
      key: key?.id,
      tenant: key?.settings.tenant,
      app: owner.app,
      user,
      model: endpoint.model,
      endpoint: endpoint.id,
      provider: endpoint.provider,
      rule,
      policy: policy.name,
      revision: policy.revision,
      outcome: result.kind === "streamed" ? "answered" : result.kind,
      status,
      errorClass: failure?.errorClass,
      isStream,
      firstTokenMs,
      totalMs,
      price: price === undefined ? undefined : priceAt(price, inputTotal(cost.usage)),
      cost,
    });
    if (key !== undefined) this.#uncommitted += 1;
    this.#accounting.record(row, reservation, () => {
      this.#uncommitted -= 1;
      if (this.#uncommitted === 0) this.#onCommitted?.();
    });
    return cost;
  }

  /** Resolves when all calls are in the ledger: then a client may learn that it was charged. Undefined: they are. */
  committed(): Promise<void> | undefined {
    if (this.#uncommitted === 0) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, COMMIT_WAIT_MS);
      this.#onCommitted = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * The most a call can cost. Where that is next to nothing of every budget the prompt's bytes say it, which takes no reading;
   * else what is held must be close, or calls under way would keep others out of a budget that they will not use.
   */
  #amountToHold({ endpoint }: PlannedAttempt, price: Price | undefined, lines: readonly BudgetLine[]): NanoUsd {
    if (price === undefined) return 0 as NanoUsd;
    const { prompt, maxOutputTokens, choices, tokenBytes, serviceTier } = this.#request;
    const inTier = priceInTier(price, serviceTier);
    const most = (promptUpper: number) =>
      upperBound({
        price: inTier,
        promptUpper: Math.max(tokenBytes, promptUpper),
        maxOutputTokens,
        choices,
        endpoint,
      });
    const loose = most(prompt.mostTokens);
    return lines.every(({ limit }) => loose <= limit * NEXT_TO_NOTHING) ? loose : most(prompt.upper);
  }
}

/** Classes of failure after which the provider may have worked for nothing. */
const wastedAfter = new Set(["timeout", "malformed_response"]);

/** Whether the provider may have worked for a call that failed: it took too long, had begun to answer, or says what it took. */
function isWasted({ errorClass }: Failure, status: number | undefined, isCounted: boolean): boolean {
  if (isCounted || wastedAfter.has(errorClass)) return true;
  return errorClass === "connection" && status !== undefined; // an error's status says enough, whatever becomes of its body
}

function endOf({ result, status, wasSent }: EndedAttempt, isCounted: boolean): CallEnd {
  if (!wasSent) return "refused";
  switch (result.kind) {
    case "answered":
    case "streamed":
      return "answered";
    case "cancelled":
    case "cut":
      return result.kind;
    case "outrun":
      return "cut"; // the operator's choice, not the client's: incurred, and not charged
    case "failed":
      return isWasted(result.failure, status, isCounted) ? "wasted" : "refused";
    case "unpaid":
    case "passed_over":
      return "refused";
  }
}

/**
 * USD that the provider says a call cost: OpenRouter's `usage.cost`, DeepInfra's `usage.estimated_cost` (in the tier that it served:
 * https://github.com/BerriAI/litellm/issues/38802, read 2026-11-28). Where OpenRouter calls with a key of the operator's own, that is its fee (mostly 0), and the
 * operator owes what stands beside it too (https://openrouter.ai/docs/use-cases/usage-accounting, read 2026-11-28).
 */
function reportedCost(usage: unknown): number | undefined {
  if (!isObject(usage)) return undefined;
  const cost = usdOf(usage["cost"]) ?? usdOf(usage["estimated_cost"]);
  if (cost === undefined || usage["is_byok"] !== true) return cost;
  const upstream = isObject(usage["cost_details"])
    ? usdOf(usage["cost_details"]["upstream_inference_cost"])
    : undefined;
  return upstream === undefined ? undefined : cost + upstream;
}

function usdOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value < 1_000_000 ? value : undefined;
}

/** Tokens of an answer without usage, estimated: of a whole one a quarter of its bytes. */
function producedTokens({
  result,
  notes,
}: {
  readonly result: EndedAttempt["result"];
  readonly notes: AnswerNotes;
}): number {
  return result.kind === "answered" ? Math.ceil(result.body.length / 4) : (notes.streamed?.tokens ?? 0);
}
