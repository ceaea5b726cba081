import { stat } from "node:fs/promises";

/** Most likely the command was given in another folder than the policy directory's parent: in the directory itself, say. */
export async function helpForMissing(policies: string): Promise<string> {
  return (await isFile("policy.yaml"))
    ? "there is a policy.yaml here: add `--policies .`"
    : `name it with --policies DIR, or write a starter set with \`policy init ${policies}\``;
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
