/**
 * The provider behind every contender: answers `POST` like an OpenAI-compatible server, without reading what is asked.
 * With `"stream": true` in the body it sends a chunk each `CHUNK_EVERY_MS` milliseconds, `CHUNKS` times; each holds the time it was sent.
 * `DELAY_MS` is how long a whole answer takes. Streams at `/v1/messages` are Anthropic's.
 *
 * Also counts the streams that are open (`GET /streams`), and takes traces (`POST /v1/traces`).
 */
import { createServer } from "node:http";

const { CHUNK_EVERY_MS = "25", CHUNKS = "80", DELAY_MS = "0" } = process.env;
const usage = { prompt_tokens: 200, completion_tokens: 40, total_tokens: 240 };
const whole = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_764_000_000,
    model: "bench-model",
    choices: [
      { index: 0, message: { role: "assistant", content: "word ".repeat(80) }, logprobs: null, finish_reason: "stop" },
    ],
    usage,
  }),
);
let streams = 0;

const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.end(JSON.stringify({ streams }));
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    if (request.url === "/v1/traces") {
      response.writeHead(200, { "content-type": "application/json", "content-length": 2 }).end("{}");
      return;
    }
    const body = Buffer.concat(chunks);
    // The driver writes the key first or last: neither end of a long body is far.
    const isStream = body.includes('"stream":true', Math.max(0, body.length - 200)) || body.includes('"stream":true');
    if (isStream) stream(response, request.url.endsWith("/messages") ? anthropic : openai);
    else if (DELAY_MS === "0") answer(response);
    else setTimeout(() => answer(response), Number(DELAY_MS));
  });
});

function answer(response) {
  response.writeHead(200, { "content-type": "application/json", "content-length": whole.length }).end(whole);
}

const base = { id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1_764_000_000, model: "bench-model" };
const chunk = (choices, more = {}) =>
  `data: ${JSON.stringify({ ...base, choices, system_fingerprint: "fp_bench", ...more })}\n\n`;
const openai = {
  begin: "",
  content: (text) => chunk([{ index: 0, delta: { content: text }, logprobs: null, finish_reason: null }]),
  end: `${chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }])}${chunk([], { usage })}data: [DONE]\n\n`,
};

const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const message = { id: "msg_bench", type: "message", role: "assistant", model: "bench-model", content: [] };
const anthropic = {
  begin:
    event({ type: "message_start", message: { ...message, usage: { input_tokens: 200, output_tokens: 1 } } }) +
    event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  content: (text) => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
  end:
    event({ type: "content_block_stop", index: 0 }) +
    event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 40 } }) +
    event({ type: "message_stop" }),
};

function stream(response, { begin, content, end }) {
  streams += 1;
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (begin !== "") response.write(begin);
  let left = Number(CHUNKS);
  const timer = setInterval(() => {
    if (left-- > 0) {
      response.write(content(` t${(performance.timeOrigin + performance.now()).toFixed(2)}t`));
      return;
    }
    clearInterval(timer);
    response.end(end);
  }, Number(CHUNK_EVERY_MS));
  response.once("close", () => {
    streams -= 1;
    clearInterval(timer);
  });
}

server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
