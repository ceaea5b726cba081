import { costOfTokens, type FlatPrice, type NanoUsd, type Price, usdToNano } from "../../engine/serving.js";
import { costOfBuckets, noTokens, type UsageBuckets } from "./usage-buckets.js";

/** How a call ended, as far as money goes. */
export type CallEnd =
  /** The client got its answer. */
  | "answered"
  /** The client hung up while the provider worked. */
  | "cancelled"
  /** The stream broke after content had reached the client. */
  | "cut"
  /** The provider refused or could not be reached: it did no work. */
  | "refused"
  /** The provider may have worked, and nothing of it could be used: it took too long, or answered nonsense. */
  | "wasted";

/** Where a cost comes from: `provider` reported it, `usage` × price, `estimate` of tokens × price; `none` was incurred. */
export type CostSource = "provider" | "usage" | "estimate" | "none" | "unknown";

export interface CallToCost {
  readonly end: CallEnd;
  /** As the provider reported it; undefined when it did not. */
  readonly usage: UsageBuckets | undefined;
  /** USD, as the provider reported it (OpenRouter's `usage.cost`). */
  readonly reportedUsd: number | undefined;
  /** Undefined: unknown, which is not free. */
  readonly price: Price | undefined;
  /** The prompt where usage is not known: what the provider has said of it, else estimated. */
  readonly prompt: UsageBuckets;
  /** Tokens of the answer that had come, as estimated. */
  readonly producedTokens: number;
}

export interface AttemptCost {
  readonly usage: UsageBuckets;
  /** What the operator owes the provider; undefined: unknown. */
  readonly incurred: NanoUsd | undefined;
  /** What counts towards the budgets of key, tenant and app. */
  readonly charged: NanoUsd;
  readonly source: CostSource;
  /** USD, as the provider reported it, where that cannot be: what usage or estimate say counts in its place. */
  readonly unbelievedUsd?: number;
}

/**
 * A report is not believed beyond both: so many times what the tokens cost, and so much for one call. Searches and tools, which providers bill
 * beside tokens, stay below; another unit, or a running total, does not.
 */
const BELIEVED_TIMES = 100;
const BELIEVED_NANO = usdToNano(1);

/**
 * What a call cost, and what of it is charged (docs/budgets.md, "What is charged"). An answer, and what had come when the
 * client hung up, is charged as incurred. What the provider did not do, did in vain or broke off is not charged,
 * whatever it cost the operator.
 */
export function costOfAttempt(call: CallToCost): AttemptCost {
  const { end, reportedUsd, price } = call;
  if (end === "refused") return { usage: noTokens, incurred: 0 as NanoUsd, charged: 0 as NanoUsd, source: "none" };
  const isEstimated = call.usage === undefined;
  if (end === "wasted" && isEstimated && reportedUsd === undefined) {
    return { usage: noTokens, incurred: undefined, charged: 0 as NanoUsd, source: "unknown" };
  }
  const usage = call.usage ?? { ...call.prompt, output: call.producedTokens };
  const isCharged = end === "answered" || end === "cancelled";
  const known = (incurred: NanoUsd, source: CostSource): AttemptCost => ({
    usage,
    incurred,
    charged: isCharged ? incurred : (0 as NanoUsd),
    source,
  });
  const reported = reportedUsd === undefined ? undefined : known(usdToNano(reportedUsd), "provider");
  if (price === undefined) return reported ?? { usage, incurred: undefined, charged: 0 as NanoUsd, source: "unknown" };
  const own = known(costOfBuckets(usage, price), isEstimated ? "estimate" : "usage");
  if (reported === undefined || reportedUsd === undefined) return own;
  return canBe(reported, own) ? reported : { ...own, unbelievedUsd: reportedUsd };
}

/** Where the catalog says that a model is free, nothing is known against a report. */
function canBe(
  { incurred: reported = 0 as NanoUsd }: AttemptCost,
  { incurred: own = 0 as NanoUsd }: AttemptCost,
): boolean {
  return own === 0 || reported <= Math.max(BELIEVED_NANO, own * BELIEVED_TIMES);
}

/** What says how long the answers of a call can be. */
export interface CallWithOutput {
  /** What the request allows for each choice; undefined: the model's own limit. */
  readonly maxOutputTokens: number | undefined;
  /** Choices asked for (`n`). */
  readonly choices: number;
  readonly endpoint: { readonly maxOutputTokens?: number; readonly contextWindow: number };
}

/** Tokens that all answers of a call can have: each is as long as the request, else the model, allows. */
export function mostOutput({ maxOutputTokens, choices, endpoint }: CallWithOutput): number {
  const ofModel = endpoint.maxOutputTokens ?? endpoint.contextWindow;
  return Math.min(maxOutputTokens ?? Number.POSITIVE_INFINITY, ofModel) * choices;
}

export interface CallToBound extends CallWithOutput {
  readonly price: Price;
  /** The prompt can have no more tokens. */
  readonly promptUpper: number;
}

/** A cost rounds up each of four input prices where the bound rounds up one, nano-dollars. */
const ROUNDING = 3;

/**
 * The most a call can cost: every token of the prompt at its dearest input price (of the tiers that it may reach), and every choice as long as the request,
 * else the model, allows; 0 where both are free. A provider that reports more than this exceeds the reservation by the difference.
 */
export function upperBound(call: CallToBound): NanoUsd {
  const { price, promptUpper } = call;
  let [inputPrice, outputPrice] = [dearestInput(price), price.output];
  for (const tier of price.above ?? []) {
    if (promptUpper <= tier.contextTokens) continue;
    inputPrice = dearer(inputPrice, dearestInput(tier));
    outputPrice = dearer(outputPrice, tier.output);
  }
  const most = costOfTokens(promptUpper, inputPrice) + costOfTokens(mostOutput(call), outputPrice);
  return (most === 0 ? 0 : most + ROUNDING) as NanoUsd;
}

function dearestInput({
  input,
  cacheWrite = input,
  cacheWrite1h = cacheWrite,
  cachedInput,
}: FlatPrice): FlatPrice["input"] {
  return dearer(dearer(input, cachedInput ?? input), dearer(cacheWrite, cacheWrite1h));
}

function dearer(one: FlatPrice["input"], other: FlatPrice["input"]): FlatPrice["input"] {
  return one > other ? one : other;
}
