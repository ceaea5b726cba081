import { Circuits } from "./circuits.js";
import { CoolDowns } from "./cool-downs.js";
import { EndpointObservations } from "./endpoint-observations.js";

/** All that the server knows of its endpoints beside the catalog. Kept in memory, through reloads. */
export class EndpointStates {
  readonly observations = new EndpointObservations();
  readonly coolDowns = new CoolDowns();
  readonly circuits = new Circuits();

  /** Until an endpoint that was left out may be tried, milliseconds; undefined when that is now, or not known. */
  remainingMs(endpoint: string, now: number): number | undefined {
    const waits = [this.coolDowns.remainingMs(endpoint, now), this.circuits.remainingMs(endpoint, now)];
    const known = waits.filter((wait) => wait !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  }
}
