import { afterEach, expect, it } from "vitest";
import { proxyOverFormats } from "../../../services/proxy-over-formats.js";
import { openAiServer } from "../../providers/provider-servers.js";
import { stopAll } from "../harness.js";

afterEach(stopAll);

const weather = { type: "function", name: "weather" };
const asked = {
  model: "auto",
  input: "hi",
  instructions: "Be brief.",
  tools: [weather, { type: "web_search" }],
  tool_choice: "auto",
  temperature: 0.5,
  metadata: { team: "one" },
  parallel_tool_calls: false,
  max_output_tokens: 100,
  text: { verbosity: "low" },
  truncation: "auto",
};
const said = {
  instructions: null,
  tools: [{ ...weather, parameters: null, strict: null }],
  tool_choice: "auto",
  temperature: 0.5,
  top_p: null,
  metadata: { team: "one" },
  parallel_tool_calls: false,
  max_output_tokens: 100,
  text: { format: { type: "text" }, verbosity: "low" },
  reasoning: { effort: null, summary: null },
  truncation: "disabled",
  frequency_penalty: null,
  presence_penalty: null,
};

it("a response made of a chat completion says again what its request asked, whole and streamed", async () => {
  const { proxy } = await proxyOverFormats({ openai: openAiServer });
  const ask = (stream: boolean) =>
    fetch(`${proxy.url}/v1/responses`, { method: "POST", body: JSON.stringify({ ...asked, stream }) });
  expect(await (await ask(false)).json()).toMatchObject(said);
  const lines = (await (await ask(true)).text()).split("\n").filter((line) => line.startsWith("data: "));
  const events = lines.map((line) => JSON.parse(line.slice(6)) as { response?: object });
  const responses = events.flatMap(({ response }) => response ?? []);
  expect(responses).toHaveLength(3);
  for (const response of responses) expect(response).toMatchObject(said);
});
