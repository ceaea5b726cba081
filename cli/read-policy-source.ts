import { stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type CompiledPolicy, compilePolicy, renderDiagnostics, type SourceFile } from "../engine/compiling.js";
import { isYamlName } from "../server/policy-files/list-policy-files.js";
import { readPolicyDirectory } from "../server/policy-files/read-policy-directory.js";
import { runGit } from "../server/policy-files/run-git.js";
import { CommandFailure } from "./command-failure.js";
import { withoutTests } from "./load-policies.js";

/**
 * Compiles a policy named on the command line: a directory that holds `policy.yaml`; `.` for the policy directory as it
 * is now; else a git revision, of which the policy directory is read as it was then. Tests are left out: they route nothing.
 * @param policies the policy directory.
 * @throws CommandFailure: 2 when it cannot be read, 1 when it is unsound, with the findings.
 */
export async function compilePolicySource(source: string, policies: string): Promise<CompiledPolicy> {
  const files = withoutTests(await readPolicySource(source, policies));
  const { value, diagnostics } = compilePolicy(files);
  if (value !== undefined) return value;
  throw new CommandFailure(1, `policy diff: ${source} is not sound:\n${renderDiagnostics(diagnostics, files)}`);
}

async function readPolicySource(source: string, policies: string): Promise<readonly SourceFile[]> {
  const isPolicyDirectory = await exists(join(source, "policy.yaml"));
  if (isPolicyDirectory || source === ".") {
    const directory = isPolicyDirectory ? source : policies;
    return readPolicyDirectory(resolve(directory)).catch((error: Error) => {
      throw new CommandFailure(2, `policy diff: cannot read the policy directory ${directory}: ${error.message}`);
    });
  }
  return readRevision(source, policies);
}

async function readRevision(revision: string, policies: string): Promise<readonly SourceFile[]> {
  const folder = await nearestFolder(resolve(policies));
  const git = (...args: string[]) => runGit(folder, args);
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`).catch(
    async () => {
      const which = await git("rev-parse", "--git-dir").then(
        () => ` that ${folder} knows`,
        () => `: ${folder} is in no git repository. Name two directories`,
      );
      const message = `policy diff: ${revision} is neither a directory with a policy.yaml nor a git revision${which}`;
      throw new CommandFailure(2, message);
    },
  );
  const top = (await git("rev-parse", "--show-toplevel")).trim();
  const path = relative(top, resolve(policies)).split(sep).join("/");
  const prefix = path === "" ? "" : `${path}/`;
  const listed = await git(
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "--full-tree",
    commit.trim(),
    "--",
    ...(path === "" ? [] : [path]),
  );
  // The same files as are read from a directory: YAML, nothing hidden.
  const names = listed
    .split("\0")
    .filter((name) => isYamlName(name) && name.startsWith(prefix))
    .filter(
      (name) =>
        !name
          .slice(prefix.length)
          .split("/")
          .some((part) => part.startsWith(".") || part === "node_modules"),
    );
  if (names.length === 0) {
    throw new CommandFailure(2, `policy diff: at ${revision} there are no policy files in ${path === "" ? "." : path}`);
  }
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(prefix.length),
      text: await git("show", "--end-of-options", `${commit.trim()}:${name}`),
    })),
  );
}

/** A policy directory may not be there any more: git is asked from the folder above. */
async function nearestFolder(path: string): Promise<string> {
  let folder = path;
  while (!(await exists(folder)) && basename(folder) !== "") folder = dirname(folder);
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
