import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, startProxy } from "./proxy-process.js";

// The first README command, with the shipped policies and no key: the simulator answers.
describe("policy serve with the shipped policies and no key", () => {
  let proxy: ProxyProcess;
  let client: OpenAI;
  beforeAll(async () => {
    proxy = await startProxy("policies");
    client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "unused", maxRetries: 0 });
  });
  afterAll(() => proxy.stop());

  it("answers a chat completion of the official client and says which rule and model", async () => {
    const { data, response } = await client.chat.completions
      .create({ model: "auto", messages: [{ role: "user", content: "Hello" }] })
      .withResponse();
    expect(data.object).toBe("chat.completion");
    expect(data.choices[0]?.message.content).toBeTruthy();
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(response.headers.get("x-route-simulated")).toBe("true");
    expect(response.headers.get("x-route-model")).toMatch(/^[\w.-]+\/[\w.:-]+$/);
    expect(response.headers.get("x-route-rule")).toBeTruthy();
    expect(response.headers.get("x-route-decision")).toMatch(/^dec_/);
    expect(response.headers.get("x-route-policy")).toMatch(/^[\w-]+@[0-9a-f]{12}$/);
  });

  it("streams to the official client", async () => {
    const { data: stream, response } = await client.chat.completions
      .create(
        { model: "auto", stream: true, messages: [{ role: "user", content: "Hello" }] },
        { headers: { "x-route-tags": "code" } },
      )
      .withResponse();
    let text = "";
    let finish: string | null = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect(text).not.toBe("");
    expect(finish).toBe("stop");
    expect(response.headers.get("x-route-rule")).toBeTruthy();
  });

  it("calls a tool when the client requires one", async () => {
    const answer = await client.chat.completions.create({
      model: "auto",
      messages: [{ role: "user", content: "What is the weather in Rome?" }],
      tools: [
        {
          type: "function",
          function: {
            name: "get_weather",
            parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          },
        },
      ],
      tool_choice: "required",
    });
    const [call] = answer.choices[0]?.message.tool_calls ?? [];
    expect(call?.type === "function" && call.function.name).toBe("get_weather");
    expect(() => JSON.parse((call?.type === "function" && call.function.arguments) || "")).not.toThrow();
  });

  it("lists the catalog's models to the official client", async () => {
    const models: string[] = [];
    for await (const model of client.models.list()) models.push(model.id);
    expect(models).toContain("openai/gpt-4.1");
    expect(models.length).toBeGreaterThanOrEqual(20);
  });

  it("says loudly that it simulates", () => {
    expect(proxy.output()).toMatch(/simulat/i);
  });

  it("answers a request it cannot understand in OpenAI's error shape", async () => {
    const answer = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: "{ not json" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { type: "invalid_request_error", message: expect.any(String) },
    });
  });
});

describe("policy serve with a provider's key that ends in a line break", () => {
  it("does not start, and names the variable and not the key", async () => {
    const refused = await startProxy("policies", { OPENAI_API_KEY: "sk-whole-secret\n" }).catch(String);
    expect(refused).toContain("OPENAI_API_KEY: the key holds characters that no HTTP header can hold");
    expect(refused).not.toContain("sk-whole-secret");
  });
});

describe("policy serve with a variable that means nothing", () => {
  it.each([
    [{ ADMIN_TOKEN: "whole-secret\n" }, "ADMIN_TOKEN: it holds what no `Authorization` header can hold"],
    [{ ADMIN_TOKEN: "whole-secret-ß" }, "ADMIN_TOKEN: it holds what no `Authorization` header can hold"],
    [{ SIMULATE_FAULTS: "true" }, 'SIMULATE_FAULTS takes 1 (the test mode) or 0, not "true"'],
  ])("does not start: %j", async (environment, message) => {
    const refused = await startProxy("policies", environment).catch(String);
    expect(refused).toContain(`policy serve: ${message}`);
    expect(refused).not.toContain("whole-secret");
  });
});
