import { EndpointObservations } from "../../dist/server/endpoints/endpoint-observations.js";

/** What a server knows of its endpoints while it serves requests, by the server's own code. */
export class ServedWorld {
  #observations = new EndpointObservations();
  #endpoints;
  #random;
  /** Calls under way, the one that ends first in front. */
  #calls = [];
  #usualMs = new Map();

  constructor({ catalog }, random) {
    this.#endpoints = new Set(catalog.models.flatMap(({ endpoints }) => endpoints.map(({ id }) => id)));
    this.#random = random;
  }

  /** The part of a world that is observed. */
  at(time) {
    while (this.#calls.length > 0 && this.#calls[0].until <= time) this.#end(this.#calls.shift());
    return {
      latency_ms: this.#observations.latencyMs(this.#endpoints, time),
      in_flight: this.#observations.inFlight(this.#endpoints),
      error_rate: this.#observations.errorRate(this.#endpoints, time),
    };
  }

  /** Begins a call; one in 500 fails, and half are streams. */
  call(endpoint, time) {
    const random = this.#random;
    const usualMs = this.#usualMs.get(endpoint) ?? 200 + 600 * random();
    this.#usualMs.set(endpoint, usualMs);
    const firstMs = usualMs * (0.7 + 0.6 * random());
    this.#observations.begin(endpoint);
    const call = { endpoint, firstMs, until: time + firstMs * (1 + 3 * random()) };
    const place = this.#calls.findLastIndex(({ until }) => until <= call.until);
    this.#calls.splice(place + 1, 0, call);
  }

  #end({ endpoint, firstMs, until }) {
    const hasFailed = this.#random() < 0.002;
    if (!hasFailed && this.#random() < 0.5) this.#observations.observeFirstToken(endpoint, firstMs, until);
    this.#observations.observeEnd(endpoint, hasFailed, until);
    this.#observations.end(endpoint);
  }
}
