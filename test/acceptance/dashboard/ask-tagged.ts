import type { ProxyProcess } from "../proxy-process.js";

/** Sends chat completions one after the other. @returns the ids of their decisions. */
export async function askTagged({ url }: ProxyProcess, tags: string, times = 1): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let count = 0; count < times; count++) {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-route-tags": tags },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }] }),
    });
    await response.text();
    ids.push(response.headers.get("x-route-decision") ?? "");
  }
  return ids;
}
