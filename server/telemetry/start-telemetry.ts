import { type ContextManager, DiagLogLevel, diag, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Logger } from "pino";
import { endsWithin } from "../ends-within.js";
import { writeSpans } from "./export-span.js";
import { type WrittenSpan, writeTraceRequest } from "./written-span.js";

export interface Telemetry {
  /** Whether spans are exported. */
  readonly enabled: boolean;
  /** Sends what waits and stops; takes at most five seconds and never rejects. */
  shutdown(): Promise<void>;
}

export interface TelemetryOptions {
  readonly log: Pick<Logger, "info" | "warn">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const SHUTDOWN_MS = 5_000;
const SAY_AGAIN_AFTER_MS = 60_000;
/**
 * Spans are given their parents by hand. The SDK's own manager follows every promise of the process, which on Node 20 takes
 * more than all the rest of a request.
 */
const noContext: ContextManager = {
  active: () => ROOT_CONTEXT,
  with: (_context, work, thisArg, ...parameters) => work.apply(thisArg as ThisParameterType<typeof work>, parameters),
  bind: (_context, target) => target,
  enable: () => noContext,
  disable: () => noContext,
};
const off: Telemetry = { enabled: false, shutdown: () => Promise.resolve() };

/**
 * Starts the OpenTelemetry SDK when the standard environment variables ask for traces
 * ({@link asksForTraces}); otherwise nothing is even imported. Call it after the server listens: importing the SDK
 * takes 0.3 to 0.6 s.
 *
 * The SDK itself reads `OTEL_EXPORTER_OTLP_*` (endpoint, headers, protocol, timeout), `OTEL_TRACES_SAMPLER`,
 * `OTEL_BSP_*`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_PROPAGATORS`. The service is called `routewright` unless
 * `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` name it. Metrics are at `/metrics` and are not pushed.
 *
 * Never rejects: what goes wrong here or in an export is a warning in the log, at most once a minute.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const environment = process.env;
  if (!asksForTraces(environment)) return off;
  const unusable = unusableEndpoint(environment);
  if (unusable !== undefined) options.log.warn({}, unusable);
  try {
    if (environment["OTEL_LOG_LEVEL"] === undefined) diag.setLogger(warningsTo(options), DiagLogLevel.WARN);
    const [{ NodeSDK }, { JsonTraceSerializer }] = await Promise.all([
      import("@opentelemetry/sdk-node"),
      import("@opentelemetry/otlp-transformer"),
    ]);
    if (isOnlyJson(environment)) {
      writeSpans();
      // What the exporter for `http/json` writes with.
      JsonTraceSerializer.serializeRequest = (spans) => writeTraceRequest(spans as readonly unknown[] as WrittenSpan[]);
    }
    const sdk = new NodeSDK({
      metricReaders: [],
      logRecordProcessors: [],
      contextManager: noContext,
      ...(namesService(environment) ? {} : { serviceName: "routewright" }),
    });
    sdk.start();
    options.log.info({}, "traces are exported with OpenTelemetry");
    return {
      enabled: true,
      shutdown: () =>
        withDeadline(sdk.shutdown()).catch((error: Error) => {
          options.log.warn({}, `the last spans could not be exported: ${reasonOf(error)}`);
        }),
    };
  } catch (error) {
    options.log.warn({ error }, `tracing could not be started, requests are served without: ${String(error)}`);
    return off;
  }
}

/**
 * True when an OTLP endpoint is named (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) or an
 * exporter is (`OTEL_TRACES_EXPORTER`); false with `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`.
 * An empty variable counts as unset.
 */
export function asksForTraces(environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = (name: string) => (environment[name] ?? "").trim();
  if (value("OTEL_SDK_DISABLED").toLowerCase() === "true") return false;
  const exporter = value("OTEL_TRACES_EXPORTER");
  if (exporter !== "") return exporter !== "none";
  return value("OTEL_EXPORTER_OTLP_ENDPOINT") !== "" || value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") !== "";
}

/** What to say of an endpoint that no span can be sent to; gRPC takes addresses without `http://`. The SDK says so with its first export alone. */
export function unusableEndpoint(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (protocolOf(environment) === "grpc") return undefined;
  const names = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
  const name = names.find((one) => (environment[one] ?? "").trim() !== "");
  if (name === undefined || /^\s*https?:\/\//i.test(environment[name] ?? "")) return undefined;
  return `${name} does not begin with http:// or https://, so no traces can be sent there`;
}

function protocolOf(environment: Readonly<Record<string, string | undefined>>): string {
  const value = (name: string) => (environment[name] ?? "").trim();
  return value("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") || value("OTEL_EXPORTER_OTLP_PROTOCOL");
}

/** Whether spans go nowhere but to a collector that takes OTLP/JSON. */
function isOnlyJson(environment: Readonly<Record<string, string | undefined>>): boolean {
  const exporter = (environment["OTEL_TRACES_EXPORTER"] ?? "").trim();
  return protocolOf(environment) === "http/json" && ["", "otlp"].includes(exporter);
}

function namesService(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (
    (environment["OTEL_SERVICE_NAME"] ?? "") !== "" ||
    /(^|,)\s*service\.name\s*=/.test(environment["OTEL_RESOURCE_ATTRIBUTES"] ?? "")
  );
}

/** A collector that is away fails every few seconds: one line a minute says so, with the count, and how many spans found no place to wait. */
function warningsTo({ log, now }: TelemetryOptions) {
  let saidAt = Number.NEGATIVE_INFINITY;
  let silent = 0;
  let droppedSpans = 0;
  const say = (message: string, ...details: unknown[]) => {
    droppedSpans += Number(/^Dropped (\d+) spans/.exec(message)?.[1] ?? 0);
    if (now() - saidAt < SAY_AGAIN_AFTER_MS) {
      silent += 1;
      return;
    }
    saidAt = now();
    log.warn({ details, notShownBefore: silent, droppedSpans }, `OpenTelemetry: ${inWords(message)}`);
    silent = 0;
    droppedSpans = 0;
  };
  const nothing = () => undefined;
  return { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing };
}

/** The SDK writes an error as JSON, its stack first. */
function inWords(text: string): string {
  try {
    return reasonOf({ message: text, ...(JSON.parse(text) as object) });
  } catch {
    return text;
  }
}

/** What went wrong in an export, with the status that a collector answered or the system's code. */
function reasonOf({ message, code }: { readonly message: string; readonly code?: string | number }): string {
  return code === undefined || message.includes(String(code)) ? message : `${message} (${code})`;
}

async function withDeadline(work: Promise<void>): Promise<void> {
  if (!(await endsWithin(work, SHUTDOWN_MS))) throw new Error(`no end after ${SHUTDOWN_MS} ms`);
}
