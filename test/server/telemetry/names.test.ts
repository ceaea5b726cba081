import { describe, expect, it } from "vitest";
import { genAiProviderName } from "../../../server/telemetry/genai-provider-name.js";
import { asksForTraces, unusableEndpoint } from "../../../server/telemetry/start-telemetry.js";

describe("genAiProviderName()", () => {
  it.each([
    ["openai", "openai"],
    ["openai-eu", "openai"],
    ["azure-openai", "azure.ai.openai"],
    ["anthropic", "anthropic"],
    ["google", "gcp.gemini"],
    ["google-vertex", "gcp.vertex_ai"],
    ["amazon-bedrock", "aws.bedrock"],
    ["mistral", "mistral_ai"],
    ["xai", "x_ai"],
    ["moonshot", "moonshot_ai"],
    ["openaire", "openaire"],
    ["left", "left"],
  ])("%s is %s", (provider, name) => {
    expect(genAiProviderName(provider)).toBe(name);
  });
});

describe("asksForTraces()", () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318/v1/traces" }, true],
    [{ OTEL_TRACES_EXPORTER: "console" }, true],
    [{ OTEL_TRACES_EXPORTER: "" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "none" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_SDK_DISABLED: "TRUE" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_SDK_DISABLED: "false" }, true],
  ])("%j → %s", (environment, asked) => {
    expect(asksForTraces(environment as Record<string, string>)).toBe(asked);
  });
});

describe("unusableEndpoint()", () => {
  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }, "OTEL_EXPORTER_OTLP_ENDPOINT"],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "b" },
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: " HTTPS://a:1 " }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, undefined],
    [{ OTEL_TRACES_EXPORTER: "console" }, undefined],
  ])("of %j names %s", (environment, name) => {
    const said = unusableEndpoint(environment as Record<string, string>);
    expect(said).toBe(name && `${name} does not begin with http:// or https://, so no traces can be sent there`);
  });
});
