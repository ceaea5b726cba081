import { get as getOverHttp, type IncomingMessage } from "node:http";
import { get as getOverHttps } from "node:https";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { CommandFailure } from "./command-failure.js";

/** The server that commands ask when nothing else is said. */
export const DEFAULT_SERVER = "http://127.0.0.1:8080";

/**
 * Asks a server's control plane; `ADMIN_TOKEN` is sent when it is set.
 * @param command for messages: `policy explain`.
 * @throws CommandFailure(2) when it cannot be reached, or answers with another status than those taken.
 */
export async function askServer(
  command: string,
  server: string,
  path: string,
  taken: readonly number[] = [200],
): Promise<Readable> {
  const token = process.env["ADMIN_TOKEN"];
  let url: URL;
  try {
    url = new URL(path, server);
  } catch {
    throw new CommandFailure(2, `${command}: --server ${server} is not a URL; write it as ${DEFAULT_SERVER}`);
  }
  const headers = token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new CommandFailure(
      2,
      `${command}: --server ${server} is no http:// or https:// URL; write it as ${DEFAULT_SERVER}`,
    );
  }
  const answer = await get(url, headers).catch((error: Error) => {
    throw new CommandFailure(
      2,
      `${command}: cannot reach ${server}: ${reasonOf(error)}; is \`policy serve\` running there? Name another with --server`,
    );
  });
  const { statusCode: status = 0 } = answer;
  if (taken.includes(status)) return answer;
  throw new CommandFailure(
    2,
    `${command}: ${server} answered ${status} for ${path}: ${messageOf(await text(answer))}${tokenHelp(status, headers)}`,
  );
}

/** Node's own client: undici's takes as long to load as the rest of `policy status`. */
function get(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const start = url.protocol === "https:" ? getOverHttps : getOverHttp;
  return new Promise((resolve, reject) => {
    start(url, { headers, agent: false }, resolve).on("error", reject);
  });
}

/** Of a name with several addresses each has its own reason, and the error that holds them none. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join(", ") : error.message;
}

/** What to do in the shell when the control plane wants a token. */
function tokenHelp(status: number, headers: { readonly authorization?: string }): string {
  if (status !== 401) return "";
  return headers.authorization === undefined
    ? "; ADMIN_TOKEN is not set in the environment of this command"
    : "; it does not take the ADMIN_TOKEN in the environment of this command";
}

/** The same, for one JSON document. */
export async function askServerForJson<T>(
  command: string,
  server: string,
  path: string,
  taken?: readonly number[],
): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of await askServer(command, server, path, taken)) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as T;
}

function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string } };
    return error?.message ?? body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}
