import type { Logger } from "pino";
import { type CompiledPolicy, shortRevision, writeCounted } from "../engine/serving.js";
import type { ContentSettings } from "./content/content-settings.js";
import type { ServingPolicy } from "./dispatch/serving-policy.js";
import type { OutboundProxies } from "./providers/outbound-proxies.js";

export function sayServing({ revision, name, set }: CompiledPolicy, log: Pick<Logger, "info">): void {
  const what = { reason: "start", revision, rules: set.rules.length };
  log.info(what, `serving ${name}@${shortRevision(revision)}`);
}

/** @throws Error in words for the operator. */
export function refuseUnfitKeys({ access: { unfitKeys } }: ServingPolicy): void {
  if (unfitKeys.length > 0) throw new Error(unfitKeysMessage(unfitKeys));
}

function unfitKeysMessage(names: readonly string[]): string {
  return `${names.join(", ")}: the key holds characters that no HTTP header can hold, such as a line break at its end; set the variable to the key alone`;
}

/** Says loudly when the simulator answers, and which providers lack their key. */
export function sayCredentials({ access }: ServingPolicy, log: Pick<Logger, "info" | "warn">): void {
  if (access.simulateAll) {
    log.warn(
      {},
      "no provider's API key is set: the built-in simulator answers every request; set one to reach real models",
    );
    return;
  }
  if (access.unfitKeys.length > 0) log.warn({}, unfitKeysMessage(access.unfitKeys));
  if (access.noCredentials.length > 0) {
    log.info({ providers: access.noCredentials }, "providers without an API key are left out of every plan");
  }
  if (access.unsupported.length > 0) {
    log.warn({ providers: access.unsupported }, "the wire format of these providers is not spoken; they are left out");
  }
}

/** Says through which proxies providers are reached, for they may be set for other programs. */
export function sayProxies(proxies: OutboundProxies | undefined, log: Pick<Logger, "info">): void {
  if (proxies === undefined) return;
  const hostOf = (proxy: string | undefined) => (proxy === undefined ? undefined : new URL(proxy).host);
  const { httpsProxy, httpProxy, noProxy } = proxies;
  log.info(
    { https_proxy: hostOf(httpsProxy ?? httpProxy), http_proxy: hostOf(httpProxy), no_proxy: noProxy },
    "providers are reached through the proxies of HTTPS_PROXY and HTTP_PROXY, but for the hosts of NO_PROXY",
  );
}

/** Warns of what an operator may not have meant: an address that others reach without any key made, and prompts that are kept. */
export function sayExposure(
  exposed: { readonly host: string; readonly needsKeys: boolean; readonly content: ContentSettings | undefined },
  log: Pick<Logger, "warn">,
): void {
  const { host, needsKeys, content } = exposed;
  if (needsKeys) {
    log.warn(
      { host },
      "listening beyond this machine without any API key: requests are refused until one is made: `policy keys create`",
    );
  }
  if (content !== undefined) {
    log.warn(
      { patterns: content.patterns.length, bytes: content.maxBytes },
      "RECORD_CONTENT is on: prompts and answers are kept, redacted, and administrators can read them",
    );
  }
}

/** The one line for people; everything else is JSON. */
export function greet(url: string, { label, policy, access }: ServingPolicy, log: Pick<Logger, "warn">): void {
  const simulating = access.simulateAll ? " · SIMULATED: no provider's API key is set" : "";
  process.stdout.on("error", (error) => log.warn({ error: error.message }, "the standard output cannot be written"));
  process.stdout.write(
    `routewright serving ${url} · ${label} · ${writeCounted(policy.set.rules.length, "rule")}${simulating}\n`,
  );
}
