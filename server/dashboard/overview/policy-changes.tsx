import { diffLines } from "../../../engine/source/line-diff.js";
import type { SnapshotAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Pre } from "../parts/scroll.js";
import { linkTo } from "../parts/use-place.js";

export interface PolicyChangesProps {
  /** 64 hex digits, as `now`. */
  readonly before: string;
  readonly now: string;
}

/** How the files of two revisions differ, and the decisions by each. */
export function PolicyChanges({ before, now }: PolicyChangesProps) {
  const old = useAnswer<SnapshotAnswer>(`/admin/policy/snapshots/${before}`);
  const young = useAnswer<SnapshotAnswer>(`/admin/policy/snapshots/${now}`);
  const error = old.error ?? young.error;
  if (error !== undefined) return <p class="bad">{error}</p>;
  if (old.value === undefined || young.value === undefined) return <p class="faint">Reading…</p>;
  const oldFiles = textsOf(old.value);
  const newFiles = textsOf(young.value);
  return (
    <>
      {[...new Set([...oldFiles.keys(), ...newFiles.keys()])].sort().map((file) => (
        <FileChanges key={file} file={file} before={oldFiles.get(file) ?? ""} now={newFiles.get(file) ?? ""} />
      ))}
      <p>
        Decisions <a href={linkTo(["decisions"], { revision: before })}>before</a> and{" "}
        <a href={linkTo(["decisions"], { revision: now })}>since</a>. Which requests go elsewhere says{" "}
        <code>policy diff</code>.
      </p>
    </>
  );
}

function textsOf({ files }: SnapshotAnswer): ReadonlyMap<string, string> {
  return new Map(files.map(({ name, text }) => [name, text]));
}

interface FileChangesProps {
  readonly file: string;
  readonly before: string;
  readonly now: string;
}

/** Lines before a change that are shown with it: they mostly name the rule. */
const CONTEXT = 2;

function FileChanges({ file, before, now }: FileChangesProps) {
  const lines = before.split("\n");
  return (
    <>
      {diffLines(before, now).map(({ line, removed, added }) => (
        <figure key={line}>
          <figcaption>
            <code>
              {file}:{line}
            </code>
          </figcaption>
          <Pre label={`Lines of ${file}`} class="source">
            <Lines sign=" " lines={lines.slice(Math.max(0, line - 1 - CONTEXT), line - 1)} />
            <Lines tone="bad" sign="−" lines={removed} />
            <Lines tone="good" sign="+" lines={added} />
          </Pre>
        </figure>
      ))}
    </>
  );
}

interface LinesProps {
  readonly tone?: "good" | "bad";
  readonly sign: string;
  readonly lines: readonly string[];
}

function Lines({ tone, sign, lines }: LinesProps) {
  return (
    <>
      {lines.map((text, index) => (
        <span key={index} class={tone}>
          <span class="line">{sign}</span>
          {text}
        </span>
      ))}
    </>
  );
}
