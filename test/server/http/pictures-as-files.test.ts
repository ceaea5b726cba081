import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { servers } from "../providers/provider-servers.js";
import { stopAll } from "./harness.js";

afterEach(stopAll);

const picture = `data:image/png;base64,${"aGk=".repeat(5_000)}`;
const pdf = "data:application/pdf;base64,aGk=";
const inChat = (file_data: string) => ({
  max_tokens: 9,
  messages: [{ role: "user", content: [{ type: "file", file: { filename: "a", file_data } }] }],
});
const inInput = (item: object) => ({ input: [item, { role: "user", content: "hi" }] });

describe("a guard on uses_vision", () => {
  const rules = '  - { id: no-pictures, match: { uses_vision: true }, deny: "No pictures." }';

  it.each(servers)("sees pictures that are sent as files to a provider of format %s", async (format, server) => {
    const { proxy, upstream } = await proxyOverFormats({ [format]: server }, { rules });
    const send = (path: string, body: object) =>
      fetch(`${proxy.url}/v1/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "auto", ...body }),
      });
    for (const [path, body] of [
      ["chat/completions", inChat(picture)],
      ["responses", inInput({ role: "user", content: [{ type: "input_file", file_data: picture }] })],
      ["responses", inInput({ type: "image_generation_call", id: "ig_1" })],
      [
        "messages",
        {
          max_tokens: 9,
          messages: [
            {
              role: "user",
              content: [{ type: "document", source: { type: "base64", media_type: "image/png", data: "aGk=" } }],
            },
          ],
        },
      ],
    ] as const) {
      expect([path, (await send(path, body)).status]).toEqual([path, 403]);
    }
    expect(upstream.requests).toEqual([]);
    expect((await send("chat/completions", inChat(pdf))).status).toBe(200);
  });
});
