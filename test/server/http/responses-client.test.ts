import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { formatCatalog, servers, startProvider } from "../providers/provider-servers.js";
import { compile, policyOf, startProxy, stopAll } from "./harness.js";

afterEach(stopAll);

const tools: OpenAI.Responses.Tool[] = [
  { type: "function", name: "weather", parameters: { type: "object", properties: {} }, strict: false },
];
const model = "auto";

describe.each(servers)("the official openai client through POST /v1/responses to %s", (format, server) => {
  async function start() {
    const upstream = await startProvider(server);
    const policy = compile(policyOf(`{ to: [acme/${format}] }`), formatCatalog({ [format]: upstream.url }));
    const proxy = await startProxy(policy, { environment: { KEY: "sk-provider" } });
    return { upstream, proxy, client: new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "unused", maxRetries: 0 }) };
  }

  it("answers, with instructions, and says the same streamed", async () => {
    const { client, upstream } = await start();
    const whole = await client.responses.create({ model, instructions: "be kind", input: "hi", max_output_tokens: 50 });
    expect(whole).toMatchObject({
      status: "completed",
      output_text: "Hello there.",
      usage: { input_tokens: 10, output_tokens: 5 },
    });
    expect(upstream.requests[0]!.body).toContain("be kind");
    const stream = client.responses.stream({ model, input: "hi" });
    const types: string[] = [];
    stream.on("event", ({ type }) => types.push(type));
    const streamed = await stream.finalResponse();
    expect(streamed.output).toMatchObject(whole.output);
    expect(streamed.usage).toEqual(whole.usage);
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  it("calls tools and hands everything back, signatures included", async () => {
    const { client, upstream } = await start();
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "weather?" }];
    const whole = await client.responses.create({ model, input, tools });
    const streamed = await client.responses.stream({ model, input, tools }).finalResponse();
    expect(streamed.output).toMatchObject(whole.output);
    const call = whole.output.find((item) => item.type === "function_call")!;
    expect([call.name, JSON.parse(call.arguments)]).toEqual(["weather", { city: "Köln" }]);
    const result = { type: "function_call_output", call_id: call.call_id, output: "rain" } as const;
    const end = await client.responses.create({
      model,
      tools,
      input: [...input, ...(whole.output as OpenAI.Responses.ResponseInput), result],
    });
    expect(end.output_text).toBe("It is raining.");
    if (format === "gemini") expect(upstream.requests.at(-1)!.body).toContain('"thoughtSignature":"EpEg"');
    else expect(upstream.requests.at(-1)!.body).not.toContain("extra_content");
  });

  it("shows pictures, and asks for JSON by schema", async () => {
    const { client } = await start();
    const picture = await client.responses.create({
      model,
      input: [
        {
          role: "user",
          content: [{ type: "input_image", detail: "auto", image_url: "data:image/png;base64,iVBORw0KGgo=" }],
        },
      ],
    });
    expect(picture.output_text).toBe("A picture.");
    const schema = { type: "object", properties: {}, additionalProperties: false };
    const json = await client.responses.create({
      model,
      input: "?",
      text: { format: { type: "json_schema", name: "x", schema, strict: true } },
    });
    expect(json.output_text).toBe('{"answer":42}');
  });

  it.each([
    [400, OpenAI.BadRequestError],
    [429, OpenAI.RateLimitError],
    [529, OpenAI.InternalServerError],
  ])("gets an error of its own class for %s", async (status, errorClass) => {
    const { client } = await start();
    await expect(client.responses.create({ model, input: `fail ${status}` })).rejects.toBeInstanceOf(errorClass);
  });

  it("sees a stream that goes wrong as an error, never as an end", async () => {
    const { client, proxy } = await start();
    const stream = client.responses.stream({ model, input: "cut" });
    await expect(stream.finalResponse()).rejects.toThrow("the answer is incomplete");
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "cut" });
  });
});

describe("POST /v1/responses", () => {
  it("refuses what needs a memory", async () => {
    const upstream = await startProvider(servers[0]![1]);
    const proxy = await startProxy(
      compile(policyOf("{ to: [acme/openai] }"), formatCatalog({ openai: upstream.url })),
      {
        environment: { KEY: "sk-provider" },
      },
    );
    for (const body of [{ input: "x", previous_response_id: "resp_1" }, { input: "x", background: true }, {}]) {
      const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body: JSON.stringify(body) });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "invalid_request" } }]);
    }
    expect(upstream.requests).toEqual([]);
  });
});
