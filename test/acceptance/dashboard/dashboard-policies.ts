import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Provider, startProvider } from "../start-provider.js";

/** Answers every request alike, once it is whole. */
function startAnswering(answer: (response: ServerResponse) => void): Promise<Provider> {
  return startProvider((request, response) => {
    request.resume();
    request.on("end", () => answer(response));
  });
}

/** A provider that refuses every call, in words that would be markup, and wants not to be called for longer than any test takes. */
export function startFailing(message: string): Promise<Provider> {
  return startAnswering((response) => {
    response.writeHead(503, { "content-type": "application/json", "retry-after": "300" });
    response.end(JSON.stringify({ error: { message, type: "server_error" } }));
  });
}

/** A provider whose streams begin and never end. */
export async function startEndless(): Promise<Provider & { open: () => number }> {
  let open = 0;
  const provider = await startAnswering((response) => {
    open += 1;
    response.once("close", () => {
      open -= 1;
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
    const choices = [{ index: 0, delta: { content: "once upon" } }];
    response.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
  });
  return { ...provider, open: () => open };
}

/** A policy directory whose rules, candidates and attempts have something of everything to show. */
export async function writeDashboardPolicies(
  good: { readonly url: string },
  failing: { readonly url: string },
): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "routewright-policies-"));
  await writeFile(join(directory, "policy.yaml"), POLICY);
  await writeFile(
    join(directory, "catalog.yaml"),
    `kind: catalog
providers:
  good: { format: openai, base_url: ${good.url}, region: us }
  failing: { format: openai, base_url: ${failing.url}, region: eu }
  keyless: { format: openai, base_url: ${good.url}, api_key_env: NO_SUCH_KEY }
models:
  acme/small:
    context_window: 32k
    max_output_tokens: 4k
    price: { input: 0.10, output: 0.40 }
    endpoints: [{ provider: good, model: small }]
  acme/large:
    context_window: 1M
    max_output_tokens: 16k
    price: { input: 2.00, output: 8.00 }
    endpoints: [{ provider: failing, model: large }, { provider: keyless, model: large }]
`,
  );
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** A copy of a directory of policies, to be edited. */
export async function copyPolicies(from: string): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "routewright-policies-"));
  await cp(from, directory, { recursive: true });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** `code` is at line 13. */
const POLICY = `kind: policy
name: shown
rules:
  - id: pii-in-eu
    match: { tags: { present: true, any: [pii] } }
    require: { region: [eu] }
    because: GDPR art. 44
  - id: no-secrets
    match: { tags: { present: true, any: [secret] } }
    deny: "Tag secret may not leave the house."
  - id: long
    match: { context_tokens: { gte: 20k } }
    route: { to: [acme/small] }
  - id: rich
    match: { budget_usd: { gte: 1 } }
    route: { to: [acme/small] }
  - id: code
    match: { tags: { any: [code] } }
    because: Developers want the good one.
    route: { to: [acme/large], fallback: [acme/small] }
default:
  route: { to: [acme/small] }
`;
