import { Lexer } from "yaml";
import { limits } from "./limits.js";

/**
 * Finds where a file nests deeper than {@link limits}.nesting, without recursion and before anything recurses over it.
 *
 * Ordinary files are cleared by one look at their brackets and indentation; only suspicious ones are cut into tokens
 * (about 1 s per million tokens).
 * @returns the offset of the first bracket, dash or key that is too deep; undefined when there is none.
 */
export function findDeepNesting(text: string): number | undefined {
  return isSuspicious(text) ? findInTokens(text) : undefined;
}

/** May say yes for a file that is fine, says no only where no more than the limit can be open at once. */
function isSuspicious(text: string): boolean {
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5b || unit === 0x7b) {
      if (++opened > limits.nesting / 2) return true;
    } else if ((unit === 0x5d || unit === 0x7d) && opened > 0) {
      opened--;
    }
  }
  // Each level of a block needs its own column, but for a list right under a key: two levels share one.
  return new RegExp(`^(?:[ \\t]|[-?:](?=[ \\t])){${limits.nesting / 4}}`, "m").test(text);
}

function findInTokens(text: string): number | undefined {
  let offset = 0;
  let column = 0;
  let inFlow = 0;
  let startsLine = true;
  /** Columns at which block maps and lists are open; a map's is even, a list's odd (2 × column + kind). */
  const blocks: number[] = [];
  const open = (position: number) => {
    while (blocks.length > 0 && (blocks.at(-1) as number) > position) blocks.pop();
    if (blocks.at(-1) !== position) blocks.push(position);
  };
  for (const token of new Lexer().lex(text)) {
    // The lexer's own marks are not part of the text: document (\u0002), flow error end (\u0018), scalar (\u001f).
    if (token === "\u0002" || token === "\u0018" || token === "\u001f") continue;
    if (token === "[" || token === "{") inFlow++;
    else if (token === "]" || token === "}") inFlow = Math.max(0, inFlow - 1);
    else if (inFlow === 0 && (token === "-" || token === "?")) open(2 * column + 1);
    else if (inFlow === 0 && startsLine && /^[^\s#]/.test(token)) open(2 * column);
    if (blocks.length + inFlow > limits.nesting) return offset;
    offset += token.length;
    const newline = token.lastIndexOf("\n");
    column = newline === -1 ? column + token.length : token.length - newline - 1;
    if (newline !== -1) startsLine = true;
    else if (!/^\s*$/.test(token) && token !== "-" && token !== "?") startsLine = false;
  }
  return undefined;
}
