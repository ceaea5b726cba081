import {
  type CompiledPolicy,
  canonicalJson,
  compilePolicy,
  type Diagnostic,
  formatFile,
  type SourceFile,
  setAttributesIn,
} from "../../engine/index.js";

export interface FormattedPolicies {
  /** Files whose text is not in the canonical form yet. */
  readonly changed: readonly { readonly file: SourceFile; readonly text: string }[];
  readonly refused: readonly { readonly file: SourceFile; readonly why: readonly Diagnostic[] | string }[];
  /** Set when formatting would change what the set means: then nothing may be written. */
  readonly fault?: string;
}

/** Formats every file of a set and proves that the set means the same: same revision, same tests. */
export function formatPolicies(files: readonly SourceFile[]): FormattedPolicies {
  const setAttributes = setAttributesIn(files);
  const changed: { file: SourceFile; text: string }[] = [];
  const refused: { file: SourceFile; why: readonly Diagnostic[] | string }[] = [];
  for (const file of files) {
    const result = formatFile(file, setAttributes);
    if ("refused" in result) refused.push({ file, why: result.refused });
    else if (result.text !== file.text) changed.push({ file, text: result.text });
  }
  if (changed.length === 0) return { changed, refused };
  const texts = new Map(changed.map(({ file, text }) => [file.name, text]));
  const before = compilePolicy(files).value;
  const after = compilePolicy(files.map(({ name, text }) => ({ name, text: texts.get(name) ?? text }))).value;
  const fault = before === undefined ? undefined : differenceOf(before, after);
  return { changed, refused, ...(fault === undefined ? {} : { fault }) };
}

function differenceOf(before: CompiledPolicy, after: CompiledPolicy | undefined): string | undefined {
  if (after === undefined) return "the formatted set does not compile";
  if (after.revision !== before.revision) return "the formatted set has another revision";
  return canonicalJson(after.tests) === canonicalJson(before.tests)
    ? undefined
    : "the formatted tests test something else";
}
