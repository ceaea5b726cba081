import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { buildDecisionTree } from "../compile/build-decision-tree.js";
import type { SourceFile } from "../source/source-file.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import type { PolicySet } from "./policy-set.js";
import type { PolicyTest } from "./policy-test.js";
import { revisionOf, shortRevision } from "./revision.js";

const FORMAT = "routewright-compiled-policy";
/** Raised when an older reader would misunderstand the file, or find another revision. */
const VERSION = 4;

/** What `policy compile` writes, as JSON. The tree is not in it: building it takes less time than reading it would. */
interface CompiledFile {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly name: string;
  readonly revision: string;
  /** sha256 of `tests` and `files` as JSON; what decides is covered by the revision. */
  readonly rest: string;
  readonly set: PolicySet;
  readonly tests: readonly PolicyTest[];
  readonly files: readonly SourceFile[];
}

/** The text is no compiled policy, one of another version of the format, or damaged. */
export class CompiledPolicyError extends Error {
  override readonly name = "CompiledPolicyError";
}

/** A compiled policy as one JSON text, ended by a line end; the same policy gives the same text. */
export function writeCompiledPolicy({ name, revision, set, tests, files }: CompiledPolicy): string {
  const file: CompiledFile = {
    ...{ format: FORMAT, version: VERSION, name, revision, rest: hashOf(tests, files) },
    ...{ set, tests, files },
  };
  return `${JSON.stringify(file)}\n`;
}

/**
 * Loads what {@link writeCompiledPolicy} wrote, without parsing YAML: the set as it stands, the tree built anew. The
 * revision is computed again from the set, so a file that was cut, edited or mixed up is refused. It is no signature:
 * load files from where you would load policies from.
 *
 * @throws CompiledPolicyError in words for the operator.
 */
export function loadCompiledPolicy(text: string): CompiledPolicy {
  const { name, revision, rest, set, tests, files } = readFile(text);
  let actual: string;
  try {
    actual = revisionOf(set);
  } catch {
    throw new CompiledPolicyError("the compiled policy is damaged: its set cannot be read");
  }
  if (actual !== revision || set.name !== name) {
    const message = `the compiled policy is damaged: it says revision ${shortRevision(String(revision))}, its content has ${shortRevision(actual)}`;
    throw new CompiledPolicyError(message);
  }
  if (hashOf(tests, files) !== rest) {
    throw new CompiledPolicyError("the compiled policy is damaged: its tests or sources were changed");
  }
  return { name, revision, set, tree: buildDecisionTree(set), tests, files };
}

function readFile(text: string): CompiledFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CompiledPolicyError(
      `this is not a compiled policy: ${error instanceof Error ? error.message : "no JSON"}`,
    );
  }
  const file = value as Partial<CompiledFile> | null;
  if (typeof file !== "object" || file === null || file.format !== FORMAT) {
    throw new CompiledPolicyError("this is not a compiled policy: write one with `policy compile -o FILE`");
  }
  if (file.version !== VERSION) {
    const message = `the compiled policy has version ${String(file.version)} of the format, this Routewright reads ${VERSION}: compile it again`;
    throw new CompiledPolicyError(message);
  }
  const { set } = file;
  const isWhole = typeof set === "object" && set !== null && Array.isArray(set.rules) && Array.isArray(set.attributes);
  if (!isWhole || !Array.isArray(file.tests) || !Array.isArray(file.files)) {
    throw new CompiledPolicyError("the compiled policy is damaged: a part of it is missing");
  }
  return file as CompiledFile;
}

function hashOf(tests: readonly PolicyTest[], files: readonly SourceFile[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([tests, files]))));
}
