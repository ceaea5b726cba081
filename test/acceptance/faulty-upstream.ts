import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Provider, startProvider } from "./start-provider.js";

export interface FaultyUpstream extends Provider {
  /** From here on every call is answered. */
  heal(): void;
}

/** A provider that fails in turn: of ten calls two are refused, one breaks off, one is slow; the rest are answered. */
export async function startFaultyUpstream(): Promise<FaultyUpstream> {
  let calls = 0;
  let isWell = false;
  const provider = await startProvider((request, response) => {
    request.resume();
    request.on("end", () => {
      const turn = isWell ? 0 : calls++ % 10;
      if (turn === 3 || turn === 7) {
        response.writeHead(500, { "content-type": "application/json" }).end('{"error":{"message":"no"}}');
      } else if (turn === 5) {
        response.writeHead(200, { "content-type": "application/json", "content-length": 5_000 });
        response.write('{"choices":', () => response.destroy());
      } else {
        setTimeout(
          () => response.writeHead(200, { "content-type": "application/json" }).end(answer),
          turn === 1 ? 60 : 5,
        );
      }
    });
  });
  return {
    ...provider,
    heal: () => {
      isWell = true;
    },
  };
}

const answer = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 },
});

/** A policy that tries the upstream three times, each as another model. @returns its folder. */
export async function writeFaultyPolicies(url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "routewright-policies-"));
  const model = (name: string) => `  acme/${name}:
    context_window: 100k
    max_output_tokens: 8k
    price: { input: 1, output: 2 }
    endpoints: [{ provider: acme, model: ${name} }]
`;
  await writeFile(
    join(folder, "catalog.yaml"),
    `kind: catalog
providers:
  acme: { format: openai, base_url: ${url} }
models:
${["a", "b", "c"].map(model).join("")}`,
  );
  await writeFile(
    join(folder, "policy.yaml"),
    "kind: policy\nname: faulty\nrules: []\ndefault:\n  route: { to: [acme/a], fallback: [acme/b, acme/c] }\n",
  );
  return folder;
}

export interface AskedOnce {
  /** Undefined when the client hung up first, or the server was killed. */
  readonly status: number | undefined;
  /** The decision of an answer that came whole. */
  readonly decision: string | undefined;
}

/** One request, given up after some milliseconds if said so. */
export async function askOnce(url: string, token: string, giveUpMs?: number): Promise<AskedOnce> {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      // The prompt is padded so that what is reserved is close to the 1,000 tokens that are reported.
      body: JSON.stringify({
        messages: [{ role: "user", content: "word ".repeat(1_000) }],
        max_completion_tokens: 500,
      }),
      ...(giveUpMs === undefined ? {} : { signal: AbortSignal.timeout(giveUpMs) }),
    });
    await response.text();
    return { status: response.status, decision: response.headers.get("x-route-decision") ?? undefined };
  } catch {
    return { status: undefined, decision: undefined };
  }
}
