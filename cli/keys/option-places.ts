import { InvalidSettings } from "../../server/keys/read-key-settings.js";
import { CommandFailure } from "../command-failure.js";

/** Where what an option of `keys` and `limits` says stands in the settings. */
export const optionPlaces: ReadonlyMap<string, readonly string[]> = new Map([
  ["name", ["name"]],
  ["tenant", ["tenant"]],
  ["app", ["app"]],
  ["user", ["user"]],
  ["region", ["region"]],
  ["tag", ["tags"]],
  ["allow", ["allow"]],
  ["scope", ["scopes"]],
  ["attribute", ["attributes"]],
  ["expires", ["expires"]],
  ["budget", ["limits", "budgets"]],
  ["rpm", ["limits", "requests_per_minute"]],
  ["tpm", ["limits", "tokens_per_minute"]],
  ["concurrent", ["limits", "concurrent"]],
]);

/**
 * What `read` gives.
 * @throws CommandFailure for settings that cannot be used, by the name of the option that said them.
 */
export function readSettings<T>(command: "keys" | "limits", read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidSettings) {
      throw new CommandFailure(2, `policy ${command}: ${optionOf(error.parameter)}: ${error.wanted}`);
    }
    throw error;
  }
}

/** `--rpm` for `limits.requests_per_minute`, `--attribute plan` for `attributes.plan`; what is no option's stays. */
function optionOf(parameter: string): string {
  for (const [option, place] of optionPlaces) {
    const name = place.join(".");
    if (parameter === name) return `--${option}`;
    if (parameter.startsWith(`${name}.`)) return `--${option} ${parameter.slice(name.length + 1)}`;
  }
  return parameter;
}
