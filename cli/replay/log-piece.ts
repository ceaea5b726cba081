import type { SourceFile } from "../../engine/index.js";

/** The sources a decision was made under, as a log or a database keeps them. */
export interface LoggedPolicy {
  readonly kind: "policy";
  readonly revision: string;
  readonly name: string;
  readonly files: readonly SourceFile[];
}

/** A piece of a log: whole lines, each a decision as JSON, and the policies that stand in it. */
export interface LogPiece {
  readonly lines: readonly string[];
  readonly policies: readonly LoggedPolicy[];
  /** Bytes of the source read for it, for progress. */
  readonly bytes: number;
}
