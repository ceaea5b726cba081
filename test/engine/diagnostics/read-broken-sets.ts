import { readdirSync, readFileSync } from "node:fs";
import type { SourceFile } from "../../../engine/source/source-file.js";

const root = "test/broken";
const base = readYamlFiles(`${root}/sound-base`);

export interface BrokenSet {
  /** `RW1201-unknown-fact`. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** What an operator is told; undefined before it is written. */
  readonly expected: string | undefined;
  readonly expectedPath: string;
}

/** The base that broken sets build on: sound, so that what a set is told is about its own files. */
export const soundBase: readonly SourceFile[] = base;

export function readBrokenSets(): readonly BrokenSet[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "sound-base")
    .map(({ name }) => {
      const own = readYamlFiles(`${root}/${name}`);
      const without = readOptional(`${root}/${name}/without.txt`)?.trim().split("\n") ?? [];
      const expectedPath = `${root}/${name}/expected.txt`;
      return { name, files: completed(own, without), expected: readOptional(expectedPath), expectedPath };
    });
}

/** A set with what it lacks from the base; a set with a policy of its own does not get the rules the base's policy includes. */
export function completed(own: readonly SourceFile[], without: readonly string[] = []): readonly SourceFile[] {
  const names = new Set(own.map(({ name }) => name));
  const left = new Set([...without, ...(names.has("policy.yaml") ? ["rules.yaml"] : [])]);
  const files = [...base.filter(({ name }) => !names.has(name) && !left.has(name)), ...own];
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readYamlFiles(directory: string): readonly SourceFile[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(`${directory}/${name}`, "utf8") }));
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
