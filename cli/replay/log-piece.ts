import type { SourceFile } from "../../engine/compiling.js";

/** The sources a decision was made under, as a log or a database keeps them. */
export interface LoggedPolicy {
  readonly kind: "policy";
  readonly revision: string;
  readonly name: string;
  readonly files: readonly SourceFile[];
}

/** A piece of a log: the policies that stand in it, and its lines. */
export interface LogPiece {
  /** Whole lines, each a decision as JSON or one of the policies, in memory that threads share. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly policies: readonly LoggedPolicy[];
  /** Bytes of the source read for it, for progress. */
  readonly read: number;
}
