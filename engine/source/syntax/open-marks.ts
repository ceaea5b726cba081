import { Lexer } from "yaml";

/** The offsets of the brackets that are open before an offset, outermost first. */
export function openBrackets(text: string, before: number): readonly number[] {
  const open: number[] = [];
  for (const { token, start } of tokensOf(text)) {
    if (start >= before) break;
    const last = open.at(-1);
    if (token === "[" || token === "{") open.push(start);
    else if (last !== undefined && token === (text.charAt(last) === "[" ? "]" : "}")) open.pop();
  }
  return open;
}

/** The offset of the quote that opens the last quoted text before an offset. */
export function openQuote(text: string, before: number): number | undefined {
  let quote: number | undefined;
  for (const { token, start } of tokensOf(text)) {
    if (start >= before) break;
    if (/^["']/.test(token)) quote = start;
  }
  return quote;
}

/** The lexer's own marks are not part of the text: document (\u0002), flow error end (\u0018), scalar (\u001f). */
const marks = new Set(["\u0002", "\u0018", "\u001f"]);

function* tokensOf(text: string): Iterable<{ readonly token: string; readonly start: number }> {
  let start = 0;
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token)) continue;
    yield { token, start };
    start += token.length;
  }
}
