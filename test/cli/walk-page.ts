import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { startProvider } from "../acceptance/start-provider.js";
import { splitFiles } from "../policies/docs-examples.js";
import { freePort } from "../services/free-port.js";

const SHOWN_URL = "http://127.0.0.1:8080";
const END = "--end of this command--";

/** What differs from run to run, in a form of the same length where a table would be out of line. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/@[0-9a-f]{12}/g, "@REVISION"],
  [/git [0-9a-f]{12}/g, "git COMMIT"],
  [/\bdec_[0-9A-Z]{26}/g, "dec_…"],
  [/\bkey_[0-9a-z]{12}/g, "key_000000000000"],
  [/\brw_\w{60,}/g, "rw_…"],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-11-27T09:30:00.000Z"],
  [/\b\d+ ms\b/g, "… ms"],
  [/^[\d.]+ s, \d+ decisions a second\n?/gm, ""],
];

/** A model's server of one's own, as the pages have it. */
const OLLAMA_URL = "http://127.0.0.1:11434/v1";

/**
 * Does what a page says, from top to bottom, in one shell and one git repository: files of `yaml files` are written into
 * `policies/`, `sh` is run (a `policy serve` in the background), and of `console` each line that begins with `$ ` is run
 * and what it prints is put below it.
 *
 * @returns the page as it came out.
 */
export async function walkPage(page: string): Promise<string> {
  const ollama = await startProvider((request, response) => {
    response.setHeader("content-type", "application/json");
    request.resume().on("end", () => response.end(JSON.stringify(answer)));
  });
  const folder = await mkdtemp(join(tmpdir(), "routewright-walk-"));
  const shell = await Shell.open(join(folder, "repository"));
  try {
    let text = await readFile(page, "utf8");
    for (const [block, language = "", mark = "", body = ""] of text.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)) {
      if (language === "yaml" && mark === "files") {
        for (const file of splitFiles({ kind: "files", text: body, place: page })) {
          const path = join(folder, "repository/policies", file.name);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, file.text.replaceAll(OLLAMA_URL, ollama.url));
        }
      } else if (language === "sh") await shell.run(inBackground(body));
      else if (language === "console") {
        const walked = await shell.walk(body);
        text = text.replace(block, () => `\`\`\`console\n${walked}\`\`\``);
      }
    }
    return text;
  } finally {
    await shell.close();
    await ollama.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const answer = {
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1_795_770_000, model: "qwen3.8:27b" },
  choices: [{ index: 0, message: { role: "assistant", content: "Hello! How can I help?" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 },
};

/** Servers go on, and the next command waits until they answer. */
const inBackground = (text: string) =>
  text.replaceAll(
    /^.*\bpolicy serve\b.*$/gm,
    `$& >../server.log 2>&1 &\nuntil curl -sf ${SHOWN_URL}/readyz >../ready.json; do sleep 0.1; jobs %1 >../jobs.log || break; done`,
  );

class Shell {
  readonly #bash: ChildProcess;
  readonly #url: string;
  #output = "";
  #lastDecision = "dec_";

  static async open(folder: string): Promise<Shell> {
    await promisify(execFile)("git", ["init", "--quiet", "--initial-branch=main", folder]);
    const url = `http://127.0.0.1:${await freePort()}`;
    const shell = new Shell(folder, url);
    const command = `node ${resolve("dist/cli/main.js")}`;
    await shell.run(`exec 2>&1
set -m # each server is a process group, to be ended as one
policy() { case "$*" in status*|*--decision*) ${command} "$@" --server ${url};; *) ${command} "$@";; esac; }
npx() { "$@"; }`);
    return shell;
  }

  private constructor(folder: string, url: string) {
    const { PATH, HOME, TMPDIR } = process.env;
    const git = { GIT_AUTHOR_NAME: "t", GIT_AUTHOR_EMAIL: "t@example.com", GIT_CONFIG_GLOBAL: "/dev/null" };
    const env = {
      ...{ PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NO_COLOR: "1", PORT: new URL(url).port },
      ...{ ...git, GIT_COMMITTER_NAME: "t", GIT_COMMITTER_EMAIL: "t@example.com" },
    };
    this.#url = url;
    this.#bash = spawn("bash", ["--noprofile", "--norc"], { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
    this.#bash.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      this.#output += piece;
    });
  }

  /** Runs each command of a block; a command ends where its line does not end in a backslash. */
  async walk(body: string): Promise<string> {
    const commands = body.match(/^\$ (?:.*\\\n)*.*\n/gm) ?? [];
    let walked = "";
    for (const command of commands) {
      const output = await this.run(command.slice(2));
      this.#lastDecision = /\bdec_[0-9A-Z]{26}/.exec(output)?.[0] ?? this.#lastDecision;
      walked += command + varying.reduce((text, [pattern, shown]) => text.replaceAll(pattern, shown), output);
    }
    return walked;
  }

  async run(commands: string): Promise<string> {
    const real = commands.replaceAll(SHOWN_URL, this.#url).replaceAll("dec_…", this.#lastDecision);
    this.#output = "";
    this.#bash.stdin?.write(`${real}\nprintf '%s\\n' '${END}'\n`);
    while (!this.#output.endsWith(`${END}\n`)) {
      if (this.#bash.exitCode !== null) throw new Error(`the shell ended at: ${commands}\n${this.#output}`);
      await new Promise((ready) => setTimeout(ready, 20));
    }
    const output = this.#output.slice(0, -END.length - 1).replaceAll(this.#url, SHOWN_URL);
    return output === "" || output.endsWith("\n") ? output : `${output}\n`;
  }

  async close(): Promise<void> {
    if (this.#bash.exitCode !== null) return;
    const ended = new Promise((done) => this.#bash.once("exit", done));
    this.#bash.stdin?.end("for job in $(jobs -p); do kill -- -$job; done; wait\n");
    await ended;
  }
}
