import { Command } from "commander";
import type { PolicyStatus } from "../../server/policy-files/policy-store.js";
import { askServerForJson, DEFAULT_SERVER } from "../ask-server.js";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";

interface Readiness {
  readonly status: string;
  readonly degraded?: readonly string[];
}

interface Health {
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly circuit: { readonly state: string; readonly since?: string };
    readonly rate_limited_until?: string;
  }[];
}

/** `policy status`: what a server serves, which edit it refused, and what does not work. Exit 1 when something is amiss. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show what a running server serves, what it refused, and what is degraded")
    .option("--server <url>", "the server to ask", DEFAULT_SERVER)
    .action(async ({ server }: { server: string }, self: Command) => {
      const ask = <T>(path: string, taken?: readonly number[]) =>
        askServerForJson<T>("policy status", server, path, taken);
      const [policy, readiness, health] = await Promise.all([
        ask<PolicyStatus>("/admin/policy"),
        ask<Readiness>("/readyz", [200, 503]),
        ask<Health>("/admin/health"),
      ]);
      const troubled = health.endpoints.filter(
        ({ circuit, rate_limited_until: until }) => circuit.state === "open" || until !== undefined,
      );
      const { degraded = [] } = readiness;
      if (globalOptions(self).json) {
        process.stdout.write(`${JSON.stringify({ ...readiness, policy, endpoints: troubled }, undefined, 2)}\n`);
      } else {
        process.stdout.write(describe(policy, readiness, troubled));
      }
      if (policy.rejected !== undefined || degraded.length > 0 || readiness.status !== "ready") {
        throw new CommandFailure(1);
      }
    });
}

function describe(policy: PolicyStatus, { status, degraded = [] }: Readiness, troubled: Health["endpoints"]): string {
  const { name, revision, since, rules } = policy.serving;
  const lines = [
    `${status}: serving ${name}@${revision.slice(0, 12)} since ${since}, ${rules} rules`,
    ...degraded.map((part) => `degraded: ${part}`),
    ...troubled.map(({ endpoint, circuit, rate_limited_until: until }) =>
      circuit.state === "open"
        ? `endpoint ${endpoint}: circuit open since ${circuit.since}`
        : `endpoint ${endpoint}: asked to wait until ${until}`,
    ),
    ...(policy.rejected === undefined
      ? []
      : [
          `an edit of ${policy.rejected.at} was refused; what serves is the one before:`,
          policy.rejected.text.trimEnd(),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}
