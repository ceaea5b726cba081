import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasOpenssl } from "../services/available.js";
import { makeCertificate } from "../services/certificate.js";
import { type ProxyProcess, startProxy } from "./proxy-process.js";
import { startUpstream, type Upstream, writePolicies } from "./two-upstreams.js";

const password = "whole-secret";

// A provider behind TLS, of an authority of its own, and a proxy that asks for a password: all real.
describe.skipIf(!hasOpenssl)("a server that reaches its providers through HTTPS_PROXY", () => {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  let folder: string;
  let authority: string;
  let provider: Upstream;
  let encrypted: NetServer;
  let outbound: Server;
  let policies: { directory: string; remove: () => Promise<void> };
  let proxy: ProxyProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-"));
    const { key, certificate } = await makeCertificate(folder);
    authority = certificate;
    provider = await startUpstream("left");
    encrypted = createTlsServer({ key: await readFile(key), cert: await readFile(certificate) }, (socket) => {
      pipeBoth(socket, connect(Number(new URL(provider.url).port), "127.0.0.1"));
    });
    await listening(encrypted);
    outbound = createServer((_, response) => response.writeHead(501).end());
    outbound.on("connect", (request, socket: Socket) => {
      asked.push(request.url!);
      const given = request.headers["proxy-authorization"];
      if (given !== `Basic ${Buffer.from(`me:${password}`).toString("base64")}`) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        return;
      }
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      const { hostname, port } = new URL(`http://${request.url}`);
      pipeBoth(socket, connect(Number(port), hostname));
    });
    await listening(outbound);
    const secure = { ...provider, url: `https://localhost:${portOf(encrypted)}/v1` };
    policies = await writePolicies(secure, secure);
  });
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
    asked.length = 0;
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    encrypted.close();
    outbound.close();
    await provider.stop();
    await policies.remove();
    await rm(folder, { recursive: true });
  });

  /** Each to the other, until one of them ends. */
  function pipeBoth(one: Socket, other: Socket): void {
    for (const socket of [one, other]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
    one.pipe(other).pipe(one);
  }

  const ask = async (environment: Record<string, string>, stream: boolean) => {
    proxy ??= await startProxy(policies.directory, {
      NODE_EXTRA_CA_CERTS: authority,
      ...environment,
    });
    const body = JSON.stringify({ model: "auto", stream, messages: [{ role: "user", content: "hello" }] });
    const response = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };
  const address = (user: string) => `http://${user}127.0.0.1:${portOf(outbound)}`;

  it("tells the proxy the provider's name and its own password, and nobody else", async () => {
    const environment = { HTTPS_PROXY: address(`me:${password}@`) };
    expect(await ask(environment, false)).toMatchObject({ status: 200, text: expect.stringContaining("by left") });
    expect(await ask(environment, true)).toMatchObject({ status: 200, text: expect.stringContaining("[DONE]") });
    expect(asked).toEqual([`localhost:${portOf(encrypted)}`]); // the connection is kept
    expect(proxy!.output()).toContain(`"https_proxy":"127.0.0.1:${portOf(outbound)}"`);
    expect(proxy!.output()).not.toContain(password);
  });

  it("reaches what NO_PROXY names by itself", async () => {
    const environment = { https_proxy: address(""), NO_PROXY: "example.com,localhost" };
    expect(await ask(environment, false)).toMatchObject({ status: 200 });
    expect(asked).toEqual([]);
  });

  it("says when the proxy refuses", async () => {
    const { status, text } = await ask({ HTTPS_PROXY: address(`me:no-${password}@`) }, false);
    expect(status).toBe(502);
    const { decision } = JSON.parse(text) as { readonly decision: string };
    const record = await (await fetch(`${proxy!.url}/admin/decisions/${decision}`)).text();
    expect(record).toContain("Proxy response (407)");
    expect(text + record + proxy!.output()).not.toContain(password);
  });
});

it("does not start with an address that is no proxy's, and does not print it", async () => {
  const refused = await startProxy("policies", { HTTPS_PROXY: `${password}:3128` }).catch(String);
  expect(refused).toContain("policy serve: HTTPS_PROXY is not the address of an HTTP proxy: write it as http://");
  expect(refused).not.toContain(password);
});

function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port;
}

async function listening(server: NetServer): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
}
