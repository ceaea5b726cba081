import type { ApiError } from "./errors/api-error.js";
import { countFronts } from "./fronts/count-fronts.js";
import { fronts } from "./fronts/fronts.js";

/** Everything that the data plane has. */
const addresses: readonly string[] = [
  ...[...fronts.keys(), ...countFronts.keys()].map((path) => `POST ${path}`),
  ...["GET /v1/models", "GET /v1/models/{id}", "GET /v1/generation?id=", "GET /v1/key"],
];

/** Where other servers say how they are. */
const HEALTH = /^\/(?:health\/)?(?:health|healthcheck|live|livez|liveness|liveliness|ready|readiness|status|ping)\/?$/i;

/** The error for an address that neither plane has: it names the one that a client with another base URL means. */
export function unknownUrl(method: string, path: string): ApiError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  const meant = meantAddress(path);
  const help =
    meant !== undefined
      ? `; ${meant} is meant: look at the client's base URL`
      : path.startsWith("/v1")
        ? `; this server has ${addresses.join(", ")}`
        : HEALTH.test(path)
          ? "; GET /healthz says whether this server runs, GET /readyz whether it serves"
          : "";
  const message = `there is no ${method} ${shown} here${help}`;
  return { status: 404, type: "not_found_error", code: "unknown_url", message };
}

/** Without `/v1` or with it twice, below another path, with slashes too many, in capitals; OpenRouter has its key below `auth` too. */
function meantAddress(path: string): string | undefined {
  const asked = `/${path.toLowerCase().split("/").filter(Boolean).join("/")}`.replace(/\/auth\/key$/, "/key");
  return addresses.find((address) => {
    const [, end = ""] = /\/v1(\/[^{?]*[^{?/])/.exec(address) ?? [];
    return asked === end || asked.endsWith(`/v1${end}`);
  });
}
