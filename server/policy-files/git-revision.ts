import { unwatchFile, watchFile } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { SourceFile } from "../../engine/serving.js";
import { runGit } from "./run-git.js";

const TIMEOUT_MS = 2_000;
/** How often it is looked whether HEAD has moved; one `stat` of each of two files. */
const LOOK_EVERY_MS = 2_000;
const policyFiles = ["--", ":(icase)*.yaml", ":(icase)*.yml"];

function git(directory: string, ...args: string[]): Promise<string> {
  return runGit(directory, args, TIMEOUT_MS);
}

/**
 * The commit of which the files of a policy directory are: 40 hex digits, and `-dirty` when they are not just those of the commit.
 * @param files the policy's, by names relative to the directory.
 * @returns undefined where there is no git, no repository or no commit yet.
 */
export async function readGitRevision(
  directory: string,
  files: readonly Pick<SourceFile, "name">[],
): Promise<string | undefined> {
  try {
    const [status, tracked] = await Promise.all([
      git(directory, "status", "--porcelain=v2", "--branch", "--untracked-files=no", ...policyFiles),
      git(directory, "ls-files", "-z", ...policyFiles),
    ]);
    const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(status)?.[1];
    if (commit === undefined) return undefined;
    const inGit = new Set(tracked.split("\0"));
    const isChanged = status.split("\n").some((line) => line !== "" && !line.startsWith("#"));
    return isChanged || !files.every(({ name }) => inGit.has(name)) ? `${commit}-dirty` : commit;
  } catch {
    return undefined;
  }
}

function notReadMessage(directory: string, repository: string): string {
  return `records do not name the commit of ${directory}: git does not read another user's repository; \`git config --system --add safe.directory ${repository}\` allows it, or give the folder to this server's user`;
}

/** The files that change whenever HEAD moves. Git names them as seen from where the directory really is, which may be a link. */
async function headFiles(directory: string): Promise<readonly string[]> {
  const real = await realpath(directory);
  const paths = (await git(real, "rev-parse", "--git-path", "HEAD", "--git-path", "logs/HEAD")).trim().split("\n");
  return paths.map((path) => (path.startsWith("/") ? path : join(real, path)));
}

/**
 * Calls back after a commit, a checkout or whatever else moves HEAD. Does nothing where there is no repository; the log says so where git
 * does not read the one that is there, because it is another user's.
 */
export async function watchGitHead(
  directory: string,
  onMove: () => void,
  log: Pick<Logger, "warn">,
): Promise<{ close(): void }> {
  const watched = await headFiles(directory).catch(({ stderr = "" }: { readonly stderr?: string }) => {
    const [, repository] = /safe\.directory (.+)$/m.exec(stderr) ?? [];
    if (repository !== undefined) log.warn({}, notReadMessage(directory, repository));
    return [];
  });
  for (const path of watched) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, onMove);
  return {
    close: () => {
      for (const path of watched) unwatchFile(path, onMove);
    },
  };
}
