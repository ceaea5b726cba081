import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { askServerForJson } from "../../cli/ask-server.js";
import { followDecisions } from "../../cli/follow-decisions.js";
import { close, listen } from "../services/listen.js";

let server: Server;
afterEach(() => {
  vi.useRealTimers();
  return close(server);
});

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  return listen(server);
}

const breaksOff =
  (status: number): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "content-length": 100 });
    response.write("{", () => response.destroy());
  };

describe("askServerForJson", () => {
  it.each<[string, RequestListener, string]>([
    ["breaks off", breaksOff(200), " for /a broke off: aborted; try again"],
    ["is an error that breaks off", breaksOff(500), " for /a broke off: aborted; try again"],
    [
      "is another program's",
      (_request, response) => void response.end('{"ok":true}'),
      " answered other JSON than a Routewright server for /a; is `policy serve`",
    ],
    ["is a page", (_request, response) => void response.end("<html>"), " answered no JSON for /a; is `policy serve`"],
  ])("says so when the answer %s", async (_what, answer, message) => {
    const url = await serve(answer);
    const asked = askServerForJson("policy status", url, "/a", ["serving"]);
    await expect(asked).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(url + message) });
  });

  it("asks below the path of --server, where a reverse proxy has it", async () => {
    const url = await serve(({ url: asked }, response) => void response.end(JSON.stringify({ serving: asked })));
    for (const path of ["", "/", "/llm", "/llm/", "/llm/#/decisions", "//other.example/"]) {
      const below = path === "" ? "" : path.replace(/#.*/, "").replace(/\/$/, "");
      expect(await askServerForJson("policy status", url + path, "/a?b=1", ["serving"])).toEqual({
        serving: `${below}/a?b=1`,
      });
    }
  });

  it("and so does policy tail, when what listens there streams no events", async () => {
    const url = await serve((_request, response) => void response.end("<html>"));
    await expect(followDecisions(url, "", () => undefined)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`${url} answered no stream of events for /admin/decisions/stream; is`),
    });
  });

  it("says so when ADMIN_TOKEN cannot be sent", async () => {
    vi.stubEnv("ADMIN_TOKEN", "whole-secret\n");
    const asked = askServerForJson("policy status", await serve((_request, response) => void response.end()), "/a", []);
    await expect(asked).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^policy status: ADMIN_TOKEN: it holds/),
    });
    await expect(asked).rejects.not.toThrow("whole-secret");
    vi.unstubAllEnvs();
  });

  it.each<[string, string]>([
    ["a message", JSON.stringify({ error: { message: "no\u001b]0;x\u0007\u009b2J\u202e" } })],
    ["a page", "no\u001b]0;x\u0007\u009b2J\u202e"],
  ])("shows %s of whatever listens there without what steers a terminal", async (_, body) => {
    const url = await serve((_request, response) => void response.writeHead(500).end(body));
    await expect(askServerForJson("policy status", url, "/a", ["serving"])).rejects.toMatchObject({
      message: `policy status: ${url} answered 500 for /a: no\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}`,
    });
  });

  it("keeps a password in the server's URL out of its messages", async () => {
    const { host } = new URL(await serve((_request, response) => void response.end("<html>")));
    for (const scheme of ["http", "https", "ftp"]) {
      for (const password of ["secret", "p@secret", "12/secret", "p?secret#"]) {
        const asked = askServerForJson("policy status", `${scheme}://ops:${password}@${host}`, "/a", []);
        const error = String(await asked.catch((thrown: unknown) => thrown));
        expect(error).toContain(`${scheme}://ops:***@${host}`);
        expect(error).not.toContain("secret");
      }
    }
  });

  it("gives up on a server that takes the question and does not answer", async () => {
    const url = await serve(() => undefined);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const came = once(server, "request");
    const asked = expect(askServerForJson("policy status", url, "/a", ["serving"])).rejects.toThrow(
      `cannot reach ${url}: no answer began within 30 s`,
    );
    await came;
    vi.advanceTimersByTime(30_000);
    await asked;
  });
});
