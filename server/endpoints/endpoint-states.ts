import type { Endpoint } from "../../engine/serving.js";
import { Announcement } from "./announcement.js";
import type { CheckedHealth } from "./checked-health.js";
import { Circuits } from "./circuits.js";
import { CoolDowns } from "./cool-downs.js";
import { EndpointObservations } from "./endpoint-observations.js";
import { Slots } from "./slots.js";
import { WaitingRoom } from "./waiting-room.js";

/** All that the server knows of its endpoints beside the catalog. Kept in memory, through reloads. */
export class EndpointStates {
  readonly observations = new EndpointObservations();
  readonly coolDowns = new CoolDowns();
  /** An endpoint that was left out can be called again, before its time or at no time that was known. */
  readonly returned = new Announcement();
  readonly circuits = new Circuits(this.returned);
  /** Of endpoints that have a health check, by id. */
  readonly checks = new Map<string, CheckedHealth>();
  readonly slots = new Slots();
  readonly room = new WaitingRoom();

  /** Whether no call is to be made: the endpoint's health check fails. */
  isFailing({ id }: Pick<Endpoint, "id">): boolean {
    return this.checks.get(id)?.isFailing === true;
  }

  /** The endpoints for `world.down`: circuit open, or health check failing. Undefined when there are none. */
  down(now: number, endpoints: ReadonlySet<string>, guarded: ReadonlySet<string>): readonly string[] | undefined {
    const open = this.circuits.down(now, guarded);
    if (this.checks.size === 0) return open;
    const failing = [...this.checks].flatMap(([id, { isFailing }]) => (isFailing && endpoints.has(id) ? [id] : []));
    return failing.length === 0 ? open : [...new Set([...(open ?? []), ...failing])].sort();
  }

  /** Until an endpoint that was left out may be tried, milliseconds; undefined when that is now, or not known. */
  remainingMs(endpoint: string, now: number): number | undefined {
    const waits = [this.coolDowns.remainingMs(endpoint, now), this.circuits.remainingMs(endpoint, now)];
    const known = waits.filter((wait) => wait !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  }
}
