import type { Endpoint } from "../../engine/serving.js";
import type { Announcement } from "./announcement.js";
import { Circuit, type CircuitCall, type CircuitEvidence, type Opening } from "./circuit.js";

/** The circuits of all endpoints, by id, kept in memory and through reloads. Times are epoch milliseconds. */
export class Circuits {
  readonly #circuits = new Map<string, Circuit>();
  /** Those that are not closed: few, and looked at with every request. */
  readonly #tripped = new Set<string>();
  readonly #returned: Announcement;
  /** Told of each circuit that opens, or (undefined) closes, by what calls from here showed. */
  onChange: ((endpoint: string, opening: Opening | undefined, at: number) => void) | undefined;

  /** @param returned announced when a circuit closes, and when a probe ends without a verdict. */
  constructor(returned: Announcement) {
    this.#returned = returned;
  }

  /** @returns undefined when the endpoint's circuit does not let a call through. */
  begin({ id, circuitBreaker }: Pick<Endpoint, "id" | "circuitBreaker">, now: number): CircuitCall | undefined {
    return this.#circuitOf(id).begin(now, circuitBreaker !== false);
  }

  /** Whether nothing speaks against a call that is to show nothing: no circuit is open, none waits for its probe. */
  isClosed({ id, circuitBreaker }: Pick<Endpoint, "id" | "circuitBreaker">): boolean {
    return circuitBreaker === false || !this.#tripped.has(id);
  }

  /** Takes over what another server learned, see {@link Circuit.takeOver}. */
  takeOver(endpoint: string, opening: Opening | undefined, at: number, now: number): void {
    const circuit = this.#circuitOf(endpoint);
    circuit.takeOver(opening, at, now);
    this.#look(endpoint, circuit, now);
  }

  /** The endpoints whose circuit is open, for `world.down`; undefined when there are none. */
  down(now: number, guarded: ReadonlySet<string>): readonly string[] | undefined {
    if (this.#tripped.size === 0) return undefined;
    const down = [...this.#tripped].filter((id) => guarded.has(id) && this.#circuits.get(id)?.isOpen(now) === true);
    return down.length === 0 ? undefined : down.sort();
  }

  /** Until a probe may be made, milliseconds; undefined when one may be made now, or is under way. */
  remainingMs(endpoint: string, now: number): number | undefined {
    return this.#circuits.get(endpoint)?.remainingMs(now);
  }

  /** @returns undefined when nothing is known: the circuit is closed. */
  evidence(endpoint: string, now: number): CircuitEvidence | undefined {
    return this.#circuits.get(endpoint)?.evidence(now);
  }

  #circuitOf(id: string): Circuit {
    const known = this.#circuits.get(id);
    if (known !== undefined) return known;
    const circuit = new Circuit((hasChanged, at) => {
      this.#look(id, circuit, at);
      if (hasChanged) this.onChange?.(id, circuit.opening, at);
    });
    this.#circuits.set(id, circuit);
    return circuit;
  }

  #look(id: string, circuit: Circuit, now: number): void {
    const wasTripped = this.#tripped.has(id);
    if (circuit.isClosed) this.#tripped.delete(id);
    else this.#tripped.add(id);
    if (wasTripped && !circuit.isOpen(now)) this.#returned.emit();
  }
}
