import { get as getOverHttp, type IncomingMessage } from "node:http";
import { get as getOverHttps } from "node:https";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { safeText } from "../engine/serving.js";
import { readAdminToken } from "../server/read-admin-token.js";
import { reasonOf } from "../server/reason-of.js";
import { withoutPassword } from "../server/without-password.js";
import { CommandFailure } from "./command-failure.js";
import { DEFAULT_SERVER } from "./global-options.js";

/** Milliseconds until an answer must have begun; a stream may then last as long as it likes. */
const MOST_WAIT_MS = 30_000;

/** A server that cannot be reached, or says that it cannot answer now: it may be asked again. */
export class ServerAway extends CommandFailure {}

/**
 * Asks a server's control plane; `ADMIN_TOKEN` is sent when it is set.
 * @param command for messages: `policy explain`.
 * @throws CommandFailure(2) when it answers with another status than those taken; ServerAway when that may pass.
 */
export async function askServer(
  command: string,
  server: string,
  path: string,
  taken: readonly number[] = [200],
): Promise<IncomingMessage> {
  const token = adminToken(command);
  const shown = withoutPassword(server); // a user and a password, for a proxy in between
  let url: URL;
  try {
    url = urlOf(server, path);
  } catch {
    throw new CommandFailure(2, `${command}: --server ${shown} is not a URL; write it as ${DEFAULT_SERVER}`);
  }
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new CommandFailure(
      2,
      `${command}: --server ${shown} is no http:// or https:// URL; write it as ${DEFAULT_SERVER}`,
    );
  }
  const answer = await get(url, headers).catch((error: Error) => {
    throw new ServerAway(
      2,
      `${command}: cannot reach ${shown}: ${reasonOf(error)}; is \`policy serve\` running there? Name another with --server`,
    );
  });
  const { statusCode: status = 0 } = answer;
  if (taken.includes(status)) return answer;
  const message = messageOf(await wholeOf(answer, command, shown, path));
  const Failure = status >= 500 || status === 429 ? ServerAway : CommandFailure;
  throw new Failure(2, `${command}: ${shown} answered ${status} for ${path}: ${message}${tokenHelp(status, headers)}`);
}

/** @param server a reverse proxy may have it below a path of its own. @throws TypeError when it is no URL. */
export function urlOf(server: string, path: string): URL {
  const url = new URL(path, server);
  const { pathname } = new URL(server);
  url.pathname = `${pathname.endsWith("/") ? pathname.slice(0, -1) : pathname}${url.pathname}`;
  return url;
}

function adminToken(command: string): string | undefined {
  try {
    return readAdminToken(process.env);
  } catch (error) {
    throw new CommandFailure(2, `${command}: ${reasonOf(error)}`);
  }
}

/** Node's own client: undici's takes as long to load as the rest of `policy status`. */
function get(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const start = url.protocol === "https:" ? getOverHttps : getOverHttp;
  return new Promise((resolve, reject) => {
    const request = start(url, { headers, agent: false }, (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    const giveUp = () => request.destroy(new Error(`no answer began within ${MOST_WAIT_MS / 1_000} s`));
    const timer = setTimeout(giveUp, MOST_WAIT_MS);
    request.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

async function wholeOf(answer: Readable, command: string, server: string, path: string): Promise<string> {
  try {
    return await text(answer);
  } catch (error) {
    throw new CommandFailure(
      2,
      `${command}: the answer of ${server} for ${path} broke off: ${reasonOf(error)}; try again`,
    );
  }
}

/** What to do in the shell when the control plane wants a token. */
function tokenHelp(status: number, headers: { readonly authorization?: string }): string {
  if (status !== 401) return "";
  return headers.authorization === undefined
    ? "; ADMIN_TOKEN is not set in the environment of this command"
    : "; it does not take the ADMIN_TOKEN in the environment of this command";
}

/**
 * The same, for one JSON document.
 * @param members of which the document has one: other programs that listen there may answer JSON too.
 */
export async function askServerForJson<T>(
  command: string,
  server: string,
  path: string,
  members: readonly string[],
  taken?: readonly number[],
): Promise<T> {
  const answered = await wholeOf(await askServer(command, server, path, taken), command, withoutPassword(server), path);
  let document: unknown;
  try {
    document = JSON.parse(answered);
  } catch {
    throw otherServer(command, server, path, "no JSON");
  }
  const isOurs =
    typeof document === "object" && document !== null && members.some((name) => name in (document as object));
  if (!isOurs) throw otherServer(command, server, path, "other JSON than a Routewright server");
  return document as T;
}

/** The failure when something else listens there. @param what it answered. */
export function otherServer(command: string, server: string, path: string, what: string): CommandFailure {
  return new CommandFailure(
    2,
    `${command}: ${withoutPassword(server)} answered ${what} for ${path}; is \`policy serve\` running there? Name another with --server`,
  );
}

/** Whatever listens there may have written it: nothing of it reaches the terminal as a command. */
function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string } };
    return safeText(String(error?.message ?? body.slice(0, 200)));
  } catch {
    return safeText(body.slice(0, 200));
  }
}
