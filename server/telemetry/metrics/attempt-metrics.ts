import type { RecordedAttempt } from "../../../engine/serving.js";
import type { MetricFamily, MetricSample } from "./prometheus-text.js";

/** What was counted of one endpoint's calls. */
interface CallsOfEndpoint {
  readonly byResult: Map<string, number>;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
}

/** Endpoints of many catalogs add up: past this many, new ones are counted together as `other`. */
const MAX_ENDPOINTS = 1_000;

/** Counts the calls to endpoints as their requests end, as the decision records have them. */
export class AttemptMetrics {
  readonly #endpoints = new Map<string, CallsOfEndpoint>();

  record(attempts: readonly RecordedAttempt[]): void {
    for (const { endpoint, error_class: errorClass = "answered", usage, cost_usd: costUsd = 0 } of attempts) {
      const calls = this.#callsOf(endpoint);
      calls.byResult.set(errorClass, (calls.byResult.get(errorClass) ?? 0) + 1);
      calls.inputTokens += usage?.input_tokens ?? 0;
      calls.outputTokens += usage?.output_tokens ?? 0;
      calls.costUsd += costUsd;
    }
  }

  families(): readonly MetricFamily[] {
    const family = (name: string, help: string, samplesOf: (calls: CallsOfEndpoint) => readonly MetricSample[]) => ({
      name: `routewright_${name}_total`,
      type: "counter" as const,
      help,
      samples: [...this.#endpoints].flatMap(([endpoint, calls]) =>
        samplesOf(calls).map((sample) => ({ ...sample, labels: { endpoint, ...sample.labels } })),
      ),
    });
    return [
      family(
        "attempts",
        "Calls to endpoints of requests that ended: answered, or the class of the error.",
        ({ byResult }) => [...byResult].map(([result, value]) => ({ labels: { result }, value })),
      ),
      family("tokens", "Tokens of these calls, as far as providers told them.", ({ inputTokens, outputTokens }) => [
        { labels: { type: "input" }, value: inputTokens },
        { labels: { type: "output" }, value: outputTokens },
      ]),
      family("cost_usd", "What these calls cost, in USD, as far as it is known.", ({ costUsd }) => [
        { value: costUsd },
      ]),
    ];
  }

  #callsOf(endpoint: string): CallsOfEndpoint {
    const name = this.#endpoints.has(endpoint) || this.#endpoints.size < MAX_ENDPOINTS ? endpoint : "other";
    let calls = this.#endpoints.get(name);
    if (calls === undefined) {
      calls = { byResult: new Map(), inputTokens: 0, outputTokens: 0, costUsd: 0 };
      this.#endpoints.set(name, calls);
    }
    return calls;
  }
}
