import { Lexer } from "yaml";
import { positionAt } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";

/** One comment of a file. */
export interface Comment {
  /** Offset of its `#`. */
  readonly start: number;
  /** From the `#` on, without blanks at the end. */
  readonly text: string;
  /** Column of its `#`, 0-based. */
  readonly column: number;
  /** Nothing but blanks stands before it on its line. */
  readonly ownsLine: boolean;
}

/** Every comment of a YAML file, in the order written. What looks like one inside a text is none. */
export function scanComments(file: SourceFile): readonly Comment[] {
  const comments: Comment[] = [];
  let offset = 0;
  let previous = "";
  for (const token of new Lexer().lex(file.text)) {
    // The lexer's own marks are not part of the text: document (\u0002), flow error end (\u0018), scalar (\u001f).
    const isMark = token === "\u0002" || token === "\u0018" || token === "\u001f";
    if (!isMark && token.startsWith("#") && previous !== "\u001f") {
      const column = positionAt(file, offset).column - 1;
      const ownsLine = /^[\s\ufeff]*$/.test(file.text.slice(offset - column, offset));
      comments.push({ start: offset, text: token.trimEnd(), column, ownsLine });
    }
    if (!isMark) offset += token.length;
    previous = token;
  }
  return comments;
}
