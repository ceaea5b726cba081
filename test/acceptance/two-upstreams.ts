import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Provider, startProvider } from "./start-provider.js";

/** A real OpenAI-shaped server: answers every chat completion with its own name, streaming when asked to. */
export interface Upstream extends Provider {
  readonly bodies: string[];
}

export async function startUpstream(name: string): Promise<Upstream> {
  const bodies: string[] = [];
  const provider = await startProvider((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      bodies.push(text);
      const { model, stream } = JSON.parse(text) as { model: string; stream?: boolean };
      const common = { id: `chatcmpl-${bodies.length}`, created: 1_700_000_000, model };
      const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
      if (stream === true) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const word of ["answered ", "by ", name]) {
          const choices = [{ index: 0, delta: { content: word }, finish_reason: null }];
          response.write(`data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", choices })}\n\n`);
        }
        const last = [{ index: 0, delta: {}, finish_reason: "stop" }];
        response.write(
          `data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", choices: last, usage })}\n\n`,
        );
        response.end("data: [DONE]\n\n");
        return;
      }
      const choices = [
        {
          index: 0,
          message: { role: "assistant", content: `answered by ${name}` },
          finish_reason: "stop",
          logprobs: null,
        },
      ];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...common, object: "chat.completion", choices, usage }));
    });
  });
  return { ...provider, bodies };
}

/** A policy directory over two upstreams, `left` and `right`; every hint has a rule. */
export async function writePolicies(
  left: Upstream,
  right: Upstream,
): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "routewright-policies-"));
  await mkdir(join(directory, "tests"));
  await writeFile(join(directory, "policy.yaml"), policyText);
  await writeFile(
    join(directory, "catalog.yaml"),
    `kind: catalog
providers:
  left: { format: openai, base_url: ${left.url}, region: us }
  right: { format: openai, base_url: ${right.url}, region: eu, data_retention: none }
models:
  acme/small:
    context_window: 32k
    max_output_tokens: 4k
    capabilities: [tools]
    price: { input: 0.10, output: 0.40 }
    endpoints: [{ provider: left, model: small-left }]
  acme/large:
    context_window: 1M
    max_output_tokens: 16k
    capabilities: [tools, vision, json_schema]
    price: { input: 2.00, output: 8.00 }
    endpoints: [{ provider: right, model: large-right }]
`,
  );
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

export const policyText = `kind: policy
name: two-upstreams
rules:
  - id: pii-in-eu
    match: { tags: { present: true, any: [pii] } }
    require: { region: [eu] }
    because: GDPR art. 44
  - id: no-secrets
    match: { tags: { present: true, any: [secret] } }
    deny: "Tag secret may not leave the house; model {model} was asked for."
  - id: code
    match: { tags: { any: [code] } }
    route: { to: [acme/large], fallback: [acme/small] }
  - id: long
    match: { context_tokens: { gte: 20k } }
    route: { to: [acme/large] }
  - id: rich
    match: { budget_usd: { gte: 1 } }
    route: { to: [acme/large] }
  - id: patient
    match: { max_latency_ms: { gte: 5000 } }
    route: { to: [acme/large] }
default:
  route: { to: [acme/small], fallback: [acme/large] }
`;
