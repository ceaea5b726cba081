import { type CST, Lexer, Parser } from "yaml";
import { limits } from "../limits.js";

/** What the YAML parser makes of a text, or where it nests too deep to go on. */
export type TokenReading =
  | { readonly kind: "tokens"; readonly tokens: readonly CST.Token[] }
  | { readonly kind: "too-deep"; readonly start: number; readonly end: number };

const collections = new Set(["block-map", "block-seq", "flow-collection"]);

/**
 * Cuts a YAML text into the parser's tokens, and stops at the bracket, dash or key that opens one map or list too many
 * ({@link limits}.nesting). The parser keeps what is open in a list of its own, so nothing here recurses, however deep
 * the text is; what composes the tokens does.
 */
export function readTokens(text: string): TokenReading {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    // Beside maps and lists the parser holds the document and one scalar: a short list cannot be too deep.
    if (parser.stack.length > limits.nesting && countOpen(parser) > limits.nesting) {
      return { kind: "too-deep", start: parser.offset - lexeme.length, end: parser.offset };
    }
  }
  tokens.push(...parser.end());
  return { kind: "tokens", tokens };
}

function countOpen({ stack }: Parser): number {
  return stack.filter(({ type }) => collections.has(type)).length;
}
