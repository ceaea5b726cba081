import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Json = Record<string, unknown>;

/** The real yaml-language-server, spoken to as an editor does: JSON-RPC over stdio. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (message: Json) => void>();
  readonly #diagnostics = new Map<string, (diagnostics: readonly Json[]) => void>();
  #input = Buffer.alloc(0);
  #id = 0;

  constructor(root: string) {
    const server = join(root, "node_modules/yaml-language-server/out/server/src/server.js");
    this.#child = spawn(process.execPath, [server, "--stdio"], { cwd: root });
    this.#child.stdout.on("data", (data: Buffer) => this.#read(data));
  }

  async start(): Promise<void> {
    await this.request("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        textDocument: { hover: {}, completion: { completionItem: { snippetSupport: false } } },
        workspace: { configuration: true },
      },
    });
    this.notify("initialized", {});
  }

  /** Opens a document and waits for what the server thinks of it. */
  async open(path: string, text: string): Promise<{ readonly uri: string; readonly diagnostics: readonly Json[] }> {
    const uri = pathToFileURL(path).href;
    const diagnostics = new Promise<readonly Json[]>((resolve) => this.#diagnostics.set(uri, resolve));
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return { uri, diagnostics: await diagnostics };
  }

  request(method: string, params: Json): Promise<Json> {
    const id = ++this.#id;
    const answer = new Promise<Json>((resolve) => this.#waiting.set(id, resolve));
    this.#send({ jsonrpc: "2.0", id, method, params });
    return answer;
  }

  notify(method: string, params: Json): void {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  stop(): void {
    this.#child.kill();
  }

  #send(message: Json): void {
    const body = Buffer.from(JSON.stringify(message));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin.write(body);
  }

  #read(data: Buffer): void {
    this.#input = Buffer.concat([this.#input, data]);
    while (true) {
      const end = this.#input.indexOf("\r\n\r\n");
      if (end === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(this.#input.subarray(0, end).toString())?.[1]);
      if (this.#input.length < end + 4 + length) return;
      const message = JSON.parse(this.#input.subarray(end + 4, end + 4 + length).toString()) as Json;
      this.#input = this.#input.subarray(end + 4 + length);
      this.#handle(message);
    }
  }

  #handle(message: Json): void {
    const { id, method, params } = message as { id?: number; method?: string; params?: Json };
    if (method === "textDocument/publishDiagnostics") {
      this.#diagnostics.get(params?.["uri"] as string)?.(params?.["diagnostics"] as readonly Json[]);
    } else if (method === "workspace/configuration") {
      // What an editor without settings of its own answers; no schema is fetched from the network.
      const items = params?.["items"] as readonly { section: string }[];
      const settings = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
      this.#send({ jsonrpc: "2.0", id, result: items.map(({ section }) => (section === "yaml" ? settings : {})) });
    } else if (method !== undefined && id !== undefined) this.#send({ jsonrpc: "2.0", id, result: null });
    else if (id !== undefined) this.#waiting.get(id)?.(message);
  }
}
