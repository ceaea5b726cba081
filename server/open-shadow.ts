import { resolve } from "node:path";
import type { Logger } from "pino";
import { createPolicyCompiler } from "./policy-files/create-policy-compiler.js";
import { createPolicyStore } from "./policy-files/create-policy-store.js";
import type { PolicyStore } from "./policy-files/policy-store.js";
import { reasonOf } from "./reason-of.js";
import { Shadow } from "./shadow.js";

export interface ShadowDirectory {
  readonly directory: string;
  readonly servingDirectory: string;
  readonly serving: PolicyStore;
  readonly log: Logger;
  /** Takes what must be closed, also when this fails. */
  readonly closing: (() => Promise<unknown>)[];
}

/**
 * Reads the directory of a policy that is tried beside the one that serves, and watches it.
 * @throws Error in words for the operator: the directory cannot be used, or is the one that serves.
 */
export async function openShadow(options: ShadowDirectory): Promise<Shadow> {
  const { directory, servingDirectory, serving, log, closing } = options;
  if (resolve(directory) === resolve(servingDirectory)) {
    throw new Error(`--shadow ${directory} is the directory that serves; name a copy with your edits`);
  }
  // A thread of its own: it remembers the rules of one directory.
  const compiler = createPolicyCompiler();
  closing.push(() => compiler.close());
  const store = { directory: resolve(directory), compile: compiler.compile, watch: true, log, now: Date.now };
  try {
    const shadow = await createPolicyStore({ ...store, doing: "shadowing" });
    const shadowing = new Shadow({ serving, shadow, log, now: Date.now });
    closing.push(() => shadowing.close());
    return shadowing;
  } catch (error) {
    const why = reasonOf(error);
    throw new Error(`the policy in --shadow ${directory} cannot be used\n${why}`, { cause: error });
  }
}
