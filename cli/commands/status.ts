import { Command } from "commander";
import { safeText, shortGit, shortRevision, writeCount, writeCounted, writeShare } from "../../engine/compiling.js";
import type { PolicyStatus } from "../../server/policy-files/policy-store.js";
import type { ShadowReport } from "../../server/shadow.js";
import { askServerForJson } from "../ask-server.js";
import { CommandFailure } from "../command-failure.js";
import { DEFAULT_SERVER, globalOptions } from "../global-options.js";
import { writeJson } from "../write-json.js";

interface Readiness {
  readonly status: string;
  readonly degraded?: readonly string[];
}

interface Health {
  readonly simulated?: boolean;
  readonly no_credentials?: readonly string[];
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly circuit: { readonly state: string; readonly since?: string };
    readonly rate_limited_until?: string;
  }[];
}

/** Changes from rule to rule that are listed. */
const MOST_PAIRS = 10;

/** `policy status`: what a server serves, which edit it refused, and what does not work. Exit 1 when something is amiss. */
export function statusCommand(): Command {
  return new Command("status")
    .option("--server <url>", "the server to ask", DEFAULT_SERVER)
    .action(async ({ server }: { server: string }, self: Command) => {
      const ask = <T>(path: string, members: readonly string[], taken?: readonly number[]) =>
        askServerForJson<T>("policy status", server, path, members, taken);
      const [policy, readiness, health, shadow] = await Promise.all([
        ask<PolicyStatus>("/admin/policy", ["serving"]),
        ask<Readiness>("/readyz", ["status"], [200, 503]),
        ask<Health>("/admin/health", ["endpoints"]),
        ask<ShadowReport | { readonly error: object }>("/admin/shadow", ["policy", "error"], [200, 404]),
      ]);
      const tried = "error" in shadow ? undefined : shadow;
      const troubled = health.endpoints.filter(
        ({ circuit, rate_limited_until: until }) => circuit.state === "open" || until !== undefined,
      );
      const { degraded = [] } = readiness;
      if (globalOptions(self).json) {
        const { simulated = false, no_credentials } = health;
        writeJson({ ...readiness, simulated, no_credentials, policy, shadow: tried, endpoints: troubled });
      } else {
        process.stdout.write(describe(policy, readiness, health, troubled, tried));
      }
      if (
        policy.rejected !== undefined ||
        tried?.rejected !== undefined ||
        degraded.length > 0 ||
        readiness.status !== "ready"
      ) {
        throw new CommandFailure(1);
      }
    });
}

function describe(
  policy: PolicyStatus,
  { status, degraded = [] }: Readiness,
  { simulated = false, no_credentials: keyless = [] }: Health,
  troubled: Health["endpoints"],
  shadow: ShadowReport | undefined,
): string {
  const { name, revision, git, since, rules } = policy.serving;
  const lines = [
    `${status}: serving ${name}@${shortRevision(revision)}${commitOf(git)} since ${since}, ${writeCounted(rules, "rule")}`,
    ...(simulated
      ? ["simulated: no provider's API key is set, so the built-in simulator answers every request"]
      : keyless.length > 0
        ? [`left out, for want of their API key: ${keyless.join(", ")}`]
        : []),
    ...degraded.map((part) => `degraded: ${part}`),
    ...troubled.map(({ endpoint, circuit, rate_limited_until: until }) =>
      circuit.state === "open"
        ? `endpoint ${endpoint}: circuit open since ${circuit.since}`
        : `endpoint ${endpoint}: asked to wait until ${until}`,
    ),
    ...(policy.warnings === undefined
      ? []
      : [`${writeCounted(policy.warnings.count, "warning")} about what serves:`, policy.warnings.text.trimEnd()]),
    ...refusal(policy.rejected, "serves"),
    ...(shadow === undefined ? [] : describeShadow(shadow)),
  ];
  const shown = lines.flatMap((line) => line.split("\n")).map(safeText); // a refused edit has several
  return `${shown.join("\n")}\n`;
}

function commitOf(git: string | undefined): string {
  return git === undefined ? "" : ` (git ${shortGit(git)})`;
}

function refusal(rejected: PolicyStatus["rejected"], does: string): readonly string[] {
  if (rejected === undefined) return [];
  return [`an edit of ${rejected.at} was refused; what ${does} is the one before:`, rejected.text.trimEnd()];
}

function describeShadow({ policy, decisions, changed, since, rules, rejected }: ShadowReport): readonly string[] {
  const what =
    changed === 0
      ? `none of ${writeCount(decisions)} decisions would change`
      : `${writeCount(changed)} of ${writeCount(decisions)} decisions would change (${writeShare(changed, decisions)})`;
  return [
    `shadow ${policy.name}@${shortRevision(policy.revision)}${commitOf(policy.git)}: since ${since} ${what}`,
    ...rules.slice(0, MOST_PAIRS).map(({ count, from, to }) => `  ${writeCount(count)}  ${from} → ${to}`),
    ...(rules.length > MOST_PAIRS ? [`  and ${rules.length - MOST_PAIRS} more: --json has them all`] : []),
    ...refusal(rejected, "is tried"),
  ];
}
