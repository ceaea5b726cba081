import type { SourceFile } from "../source/source-file.js";

/** Whether a file of a policy set holds tests, by where it stands. Tests route nothing. */
export function isTestFile({ name }: Pick<SourceFile, "name">): boolean {
  return name.startsWith("tests/");
}
