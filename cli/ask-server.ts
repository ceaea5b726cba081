import type { Readable } from "node:stream";
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
  const { request } = await import("undici"); // a quarter of what `policy explain` loads, and most need no server
  const answer = await request(url, { headers, bodyTimeout: 0 }).catch((error: Error) => {
    throw new CommandFailure(
      2,
      `${command}: cannot reach ${server}: ${error.message}; is \`policy serve\` running there? Name another with --server`,
    );
  });
  if (taken.includes(answer.statusCode)) return answer.body;
  const text = await answer.body.text();
  throw new CommandFailure(
    2,
    `${command}: ${server} answered ${answer.statusCode} for ${path}: ${messageOf(text)}${tokenHelp(answer.statusCode, headers)}`,
  );
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
