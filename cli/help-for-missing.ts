import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isYamlName } from "../server/policy-files/list-policy-files.js";
import { shellWord } from "./shell-word.js";

/** What to do about a policy directory that is none: most likely the command was given in another folder than its parent, or with a file of it. */
export async function helpForMissing(policies: string): Promise<string> {
  if (await isFile(policies)) return helpForFile(policies);
  return (await isFile("policy.yaml"))
    ? "there is a policy.yaml here: add `--policies .`"
    : `name it with --policies DIR, or write a starter set with \`policy init ${shellWord(policies)}\``;
}

/** A file where the policy directory, or what `policy compile` wrote, belongs. */
export function helpForFile(path: string): string {
  return isYamlName(path)
    ? `name the directory that holds the policy: \`--policies ${shellWord(dirname(path))}\``
    : "name a directory that holds a policy.yaml";
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
