import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compilePolicy } from "../../../engine/index.js";
import { createPolicyStore, type PolicyStoreOptions } from "../../../server/policy-files/create-policy-store.js";
import { failedTests } from "../../../server/policy-files/failed-tests.js";
import type { PolicyStore } from "../../../server/policy-files/policy-store.js";

/** A sound policy that is told apart by its name. */
export function policyNamed(name: string, rules = "[]"): string {
  return `kind: policy
name: ${name}
rules: ${rules}
default:
  route: { to: [acme/small] }
`;
}

export const catalogText = `kind: catalog
providers:
  left: { format: simulated }
models:
  acme/small:
    context_window: 32k
    endpoints: [{ provider: left, model: small }]
`;

const folders: string[] = [];
const stores: PolicyStore[] = [];

/** A new folder with files, removed by {@link cleanUp}. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "routewright-policy-files-"));
  folders.push(folder);
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

export interface LoggedLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
}

/** Opens a store over real files with the engine called in this thread; closed by {@link cleanUp}. */
export async function openStore(
  directory: string,
  options: Partial<PolicyStoreOptions> = {},
): Promise<{ store: PolicyStore; logged: LoggedLine[] }> {
  const logged: LoggedLine[] = [];
  const level = (name: LoggedLine["level"]) => (_fields: object, message: string) => {
    logged.push({ level: name, message });
  };
  const log = { info: level("info"), warn: level("warn"), error: level("error") };
  const store = await createPolicyStore({
    directory,
    compile: async (files, gate) => {
      const result = compilePolicy(files);
      return gate && result.value !== undefined ? { ...result, failedTests: failedTests(result.value) } : result;
    },
    watch: true,
    log: log as unknown as PolicyStoreOptions["log"],
    now: Date.now,
    ...options,
  });
  stores.push(store);
  return { store, logged };
}

export async function cleanUp(): Promise<void> {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}
