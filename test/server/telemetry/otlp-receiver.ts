import { createServer, type IncomingHttpHeaders } from "node:http";
import { close, listen } from "../../services/listen.js";

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly status: { readonly code?: number; readonly message?: string };
  readonly events?: readonly { readonly name: string; readonly attributes: readonly OtlpAttribute[] }[];
}
interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
}
interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  /** Spans of all http/json requests so far. */
  spans(): ReceivedSpan[];
  /** Resource attributes of the first http/json request. */
  resource(): Record<string, unknown>;
  stop(): Promise<void>;
}

/** A real OTLP/HTTP receiver that answers every request with this status. */
export async function startReceiver(status = 200): Promise<OtlpReceiver> {
  const requests: { path: string; headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  const url = await listen(server);
  const resourceSpans = () =>
    requests
      .filter((request) => request.headers["content-type"] === "application/json")
      .flatMap(
        (request) =>
          (
            JSON.parse(request.body.toString()) as {
              resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { spans: ReceivedSpan[] }[] }[];
            }
          ).resourceSpans,
      );
  return {
    url,
    requests,
    spans: () => resourceSpans().flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)),
    resource: () => attributesOf(resourceSpans()[0]?.resource ?? { attributes: [] }),
    stop: () => close(server),
  };
}

export function attributesOf({
  attributes,
}: {
  readonly attributes: readonly OtlpAttribute[];
}): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: OtlpValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
