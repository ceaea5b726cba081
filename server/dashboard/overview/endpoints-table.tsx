import type { HealthAnswer } from "../admin/answers.js";
import { Badge, type Tone } from "../parts/badge.js";
import { ModelName } from "../parts/model-name.js";
import { Scroll } from "../parts/scroll.js";
import { Time } from "../parts/time.js";
import { linkTo } from "../parts/use-place.js";
import { countOf, writeMs, writeShare } from "../words/write-figures.js";

type Endpoint = HealthAnswer["endpoints"][number];

/** Every endpoint of the catalog; those with troubles first. */
export function EndpointsTable({ health }: { readonly health: HealthAnswer }) {
  const { endpoints, queue, no_credentials: withoutKey = [] } = health;
  const stated = endpoints.map((endpoint) => ({ endpoint, state: stateOf(endpoint, withoutKey) }));
  const sorted = [...stated].sort((a, b) => b.state.weight - a.state.weight);
  const troubled = stated.filter(({ state }) => state.weight >= TROUBLE).length;
  return (
    <section class="card" aria-labelledby="endpoints">
      <div class="heading">
        <h2 id="endpoints">Endpoints</h2>
        <p>
          {countOf(endpoints.length, "endpoint")}, {troubled === 0 ? "none in trouble" : `${troubled} in trouble`}
          {queue.waiting > 0 ? `; ${countOf(queue.waiting, "request")} of at most ${queue.limit} waiting` : ""}
        </p>
      </div>
      <Scroll label="Endpoints">
        <table>
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">State</th>
              <th
                scope="col"
                class="number"
                title="Share of failed calls of the last five minutes; of fewer than five calls, as of five"
              >
                Errors
              </th>
              <th scope="col" class="number" title="Time to the first token of streams: p50, p95">
                First token
              </th>
              <th scope="col" class="number" title="Tokens a second of streams after their first: p50">
                Tokens/s
              </th>
              <th scope="col" class="number">
                In flight
              </th>
              <th scope="col">Last error</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ endpoint, state }) => (
              <Row key={endpoint.endpoint} endpoint={endpoint} state={state} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Row({ endpoint: one, state }: { readonly endpoint: Endpoint; readonly state: State }) {
  const { circuit, latency_ms: latency, tokens_per_second: speed, max_concurrent: most } = one;
  const model = one.endpoint.slice(0, -one.provider.length - 1);
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(["decisions"], { model, provider: one.provider })}>
          <ModelName model={model} />
        </a>
        <wbr />
        <small>@{one.provider}</small>
      </th>
      <td>
        <Badge tone={state.tone} text={state.text} /> <small>{state.detail}</small>
      </td>
      <td class="number">
        {one.error_rate === 0 && circuit.recent.calls === 0 ? <Nothing /> : writeShare(one.error_rate)}
      </td>
      <td class="number">
        {latency === undefined ? <Nothing /> : `${writeMs(latency.p50)} · ${writeMs(latency.p95)}`}
      </td>
      <td class="number">{speed === undefined ? <Nothing /> : speed.p50}</td>
      <td class="number">
        {one.in_flight === 0 && most === undefined ? <Nothing /> : one.in_flight}
        {most === undefined ? null : <small> of {most}</small>}
      </td>
      <td>
        {circuit.last_error === undefined ? null : (
          <>
            {circuit.last_error.class} <Time iso={circuit.last_error.at} />
          </>
        )}
      </td>
    </tr>
  );
}

function Nothing() {
  return <span class="faint">–</span>;
}

interface State {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
  readonly weight: number;
}

/** From this weight on somebody should look. */
const TROUBLE = 2;

/** What keeps an endpoint out of plans, the gravest first. */
function stateOf(
  { circuit, provider, health_check: check, rate_limited_until: cools, in_flight: inFlight }: Endpoint,
  withoutKey: readonly string[],
): State {
  const until = (at: string | undefined) =>
    at === undefined ? "" : `until ${new Date(at).toLocaleTimeString("en-GB")}`;
  if (circuit.state === "open") {
    const detail = `${circuit.consecutive_failures} failures in a row${circuit.retry_at === undefined ? "" : `, ${until(circuit.retry_at)}`}`;
    return { tone: "bad", text: "circuit open", detail, weight: 5 };
  }
  if (check?.state === "failing") {
    return { tone: "bad", text: "health check fails", detail: check.error ?? "", weight: 4 };
  }
  if (circuit.state === "half_open") {
    const detail = inFlight > 0 ? "being tried" : "the next call tries it";
    return { tone: "unsure", text: "circuit half-open", detail, weight: 3 };
  }
  if (cools !== undefined) return { tone: "unsure", text: "rate limited", detail: until(cools), weight: 2 };
  if (withoutKey.includes(provider)) return { tone: "plain", text: "no key", detail: "in no plan", weight: -1 };
  const { calls, failures } = circuit.recent;
  if (failures * 2 >= calls && calls > 0) {
    return { tone: "unsure", text: "failing", detail: `${failures} of ${countOf(calls, "call")} in 30 s`, weight: 2 };
  }
  if (calls > 0) return { tone: "good", text: "answering", detail: `${countOf(calls, "call")} in 30 s`, weight: 1 };
  return { tone: "plain", text: "idle", detail: circuit.state === "off" ? "no circuit breaker" : "", weight: 0 };
}
