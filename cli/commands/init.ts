import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { Command } from "commander";
import { CommandFailure } from "../command-failure.js";
import { globalOptions } from "../global-options.js";
import { packageRoot } from "../package-root.js";
import { shellWord } from "../shell-word.js";
import { writeJson } from "../write-json.js";

/** `policy init [DIR]`: writes a commented starter set; refuses a folder that holds anything already. */
export function initCommand(): Command {
  return new Command("init")
    .argument("[dir]", "where to (default: the policy directory)")
    .action(async (directory: string | undefined, _options: unknown, command: Command) => {
      const { policies, json } = globalOptions(command);
      const target = directory ?? policies;
      const present = await readdir(target).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw new CommandFailure(2, `policy init: cannot use ${target}: ${error.message}`);
      });
      if (present.length > 0) {
        throw new CommandFailure(
          2,
          `policy init: ${target} is not empty (${present.slice(0, 3).join(", ")}${present.length > 3 ? ", …" : ""}); nothing was written. Name a new directory.`,
        );
      }
      const files = await writeStarter(target).catch((error: Error) => {
        throw new CommandFailure(2, `policy init: cannot write ${target}: ${error.message}`);
      });
      if (json) {
        writeJson({ files });
        return;
      }
      for (const file of files) process.stdout.write(`wrote ${file}\n`);
      const where = resolve(target) === resolve(policies) ? "" : ` --policies ${shellWord(target)}`;
      process.stdout.write(`next: policy check${where} · policy explain${where} --tags code · policy serve${where}\n`);
    });
}

/** All of it or nothing. @returns the files. */
async function writeStarter(target: string): Promise<readonly string[]> {
  const starter = join(packageRoot(), "cli", "starter");
  const entries = await readdir(starter, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((file) => join(target, relative(starter, join(file.parentPath, file.name))));
  try {
    await cp(starter, target, { recursive: true });
    const schemas = schemasFor(resolve(target));
    for (const file of files) await pointAtSchemas(file, schemas);
  } catch (error) {
    for (const name of await readdir(starter)) await rm(join(target, name), { recursive: true, force: true });
    throw error;
  }
  return files;
}

/** The first line of a file says where its schema is; editors look from the file's own folder. */
async function pointAtSchemas(file: string, schemas: string): Promise<void> {
  const path = relative(dirname(resolve(file)), schemas)
    .split(sep)
    .join("/");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(/(?<=\$schema=)\S*(?=\/)/, () => path),
  );
}

/**
 * Where an editor of the directory's project finds the schemas: in the package, where the project holds it; else where it will be once
 * it is installed here. A package in npm's cache, or one installed for all projects, is in its place on this machine alone.
 */
function schemasFor(directory: string): string {
  const [project = "", isDependency] = packageRoot().split(/[\\/]node_modules[\\/]/, 2);
  if (isDependency === undefined && isWithin(project, directory)) return join(project, "schemas");
  const holder = [project, process.cwd()].find((folder) => isWithin(folder, directory)) ?? dirname(directory);
  return join(holder, "node_modules", "routewright", "schemas");
}

function isWithin(folder: string, directory: string): boolean {
  return !/^\.\.(?:[\\/]|$)|^[\\/]|^\w:/.test(relative(folder, directory));
}
