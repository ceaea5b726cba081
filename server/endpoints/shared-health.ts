import type { Logger } from "pino";
import { reasonOf } from "../reason-of.js";
import type { EndpointStates } from "./endpoint-states.js";

/** Something that a server learned of an endpoint and tells the others. */
export type HealthNews =
  | {
      readonly kind: "circuit_open";
      readonly endpoint: string;
      /** How much longer, milliseconds. */
      readonly remainingMs: number;
      /** How long it was opened for: with the next failure it is twice as long. Milliseconds. */
      readonly openMs: number;
      /** How long ago it was learned, milliseconds. */
      readonly agoMs: number;
    }
  | { readonly kind: "circuit_closed"; readonly endpoint: string; readonly agoMs: number }
  /** The provider said when to come back. */
  | { readonly kind: "cool_down"; readonly endpoint: string; readonly remainingMs: number; readonly agoMs: number };

/**
 * Tells others and hears from them, in one step.
 * @param since what was heard before: the last answer's `version`, at first 0.
 */
export type ExchangeHealth = (
  told: readonly HealthNews[],
  since: number,
) => Promise<{ readonly version: number; readonly heard: readonly HealthNews[] }>;

export interface SharedHealthOptions {
  readonly endpoints: Pick<EndpointStates, "circuits" | "coolDowns">;
  readonly exchange: ExchangeHealth;
  readonly log: Pick<Logger, "warn">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds between two exchanges. Default 500. */
  readonly everyMs?: number;
}

/** News in words of points of time, so that what cannot be told yet stays true. */
type Pending = Pick<HealthNews, "kind" | "endpoint"> & {
  readonly at: number;
  readonly until: number;
  readonly openMs: number;
};

/**
 * Circuits that open and close, and cool-downs, told to the other servers and taken over from them. Everything happens beside the
 * requests: they read what is in memory, as with one server. Of a circuit the newest change counts, whoever made it. While
 * the exchange fails each server goes on with what it knows itself.
 */
export class SharedHealth {
  readonly #options: SharedHealthOptions;
  readonly #timer: NodeJS.Timeout;
  /** The newest of each endpoint and kind. */
  readonly #pending = new Map<string, Pending>();
  #running: Promise<void> | undefined;
  #version = 0;
  #isShared = false;

  constructor(options: SharedHealthOptions) {
    this.#options = options;
    const { circuits, coolDowns } = options.endpoints;
    circuits.onChange = (endpoint, opening, at) =>
      this.#tell(
        opening === undefined
          ? { kind: "circuit_closed", endpoint, at, until: Number.POSITIVE_INFINITY, openMs: 0 }
          : { kind: "circuit_open", endpoint, at, ...opening },
      );
    coolDowns.onBegin = (endpoint, until, at) => this.#tell({ kind: "cool_down", endpoint, at, until, openMs: 0 });
    this.#timer = setInterval(() => void this.exchange(), options.everyMs ?? 500).unref();
  }

  /** Whether the last exchange worked. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** One exchange, or the one under way. Never rejects. */
  exchange(): Promise<void> {
    this.#running ??= this.#exchange().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#options.endpoints.circuits.onChange = undefined;
    this.#options.endpoints.coolDowns.onBegin = undefined;
    await this.#running;
  }

  #tell(news: Pending): void {
    this.#pending.set(`${news.kind === "cool_down" ? "cool_down" : "circuit"} ${news.endpoint}`, news);
    setImmediate(() => void this.exchange());
  }

  async #exchange(): Promise<void> {
    const { exchange, now, log } = this.#options;
    const telling = [...this.#pending];
    try {
      const { version, heard } = await exchange(
        telling.filter(([, { until }]) => until > now()).map(([, news]) => toNews(news, now())),
        this.#version,
      );
      for (const [key, news] of telling) if (this.#pending.get(key) === news) this.#pending.delete(key);
      this.#version = version;
      for (const news of heard) if (!this.#hasNewer(news)) this.#takeOver(news, now());
      this.#isShared = true;
    } catch (error) {
      if (this.#isShared) {
        log.warn({ error: reasonOf(error) }, "endpoints' health is not shared at the moment; each server sees its own");
      }
      this.#isShared = false;
    }
  }

  /** This server learned something since, and is about to tell it. */
  #hasNewer({ kind, endpoint }: HealthNews): boolean {
    return kind !== "cool_down" && this.#pending.has(`circuit ${endpoint}`);
  }

  #takeOver(news: HealthNews, now: number): void {
    const { circuits, coolDowns } = this.#options.endpoints;
    const { endpoint, agoMs } = news;
    if (news.kind === "cool_down") coolDowns.takeOver(endpoint, now + news.remainingMs, now);
    else if (news.kind === "circuit_closed") circuits.takeOver(endpoint, undefined, now - agoMs, now);
    else {
      const opening = { until: now + news.remainingMs, openMs: news.openMs };
      circuits.takeOver(endpoint, opening, now - agoMs, now);
    }
  }
}

function toNews({ kind, endpoint, at, until, openMs }: Pending, now: number): HealthNews {
  const agoMs = now - at;
  if (kind === "circuit_closed") return { kind, endpoint, agoMs };
  const remainingMs = until - now;
  return kind === "cool_down"
    ? { kind, endpoint, remainingMs, agoMs }
    : { kind: "circuit_open", endpoint, remainingMs, openMs, agoMs };
}
