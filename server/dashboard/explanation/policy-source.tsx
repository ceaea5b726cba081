import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { SnapshotAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Folded } from "../parts/folded.js";
import { Pre } from "../parts/scroll.js";

/** The revision whose files the places below are in. */
export const PolicySource = createContext("");

export interface SourcePlaceProps {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** `policy.yaml:80`; opening it shows these lines of the policy as it was then. */
export function SourcePlace({ file, line }: SourcePlaceProps) {
  return (
    <Folded class="place" summary={<code>{`${file}:${line}`}</code>}>
      {() => <Lines file={file} line={line} />}
    </Folded>
  );
}

function Lines({ file, line }: SourcePlaceProps) {
  const revision = useContext(PolicySource);
  const { value, error } = useAnswer<SnapshotAnswer>(`/admin/policy/snapshots/${revision}`);
  if (error !== undefined) return <p class="faint">{error}</p>;
  if (value === undefined) return <p class="faint">reading…</p>;
  const text = value.files.find(({ name }) => name === file)?.text;
  if (text === undefined) return <p class="faint">{file} is not in this revision</p>;
  return (
    <Pre label={`Lines of ${file}`} class="source">
      {entryAt(text.split("\n"), line).map(({ number, content }) => (
        <span key={number} class={number === line ? "marked" : undefined}>
          <span class="line">{number}</span>
          {content}
        </span>
      ))}
    </Pre>
  );
}

/** A long rule is cut here. */
const MOST_LINES = 24;

/** The entry that begins at a line: all lines that are indented deeper, without what is empty or a comment at its end. */
function entryAt(
  lines: readonly string[],
  line: number,
): readonly { readonly number: number; readonly content: string }[] {
  const indent = (text: string) => text.search(/\S/);
  const first = indent(lines[line - 1] ?? "");
  let end = line;
  for (let at = line; at < lines.length && at < line + MOST_LINES; at++) {
    const text = lines[at] ?? "";
    if (text.trim() === "" || text.trim().startsWith("#")) continue;
    if (indent(text) <= first) break;
    end = at + 1;
  }
  return lines.slice(line - 1, end).map((content, index) => ({ number: line + index, content }));
}
