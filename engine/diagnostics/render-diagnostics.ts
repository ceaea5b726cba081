import { positionAt } from "../source/position.js";
import type { SourceFile } from "../source/source-file.js";
import { codeFrame } from "./code-frame.js";
import type { Diagnostic, Span } from "./diagnostic.js";
import { visible } from "./visible.js";

export interface RenderDiagnosticsOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
  /** What stands before file names: the policy directory as the user sees it, with its `/`. Default none. */
  readonly prefix?: string;
}

/**
 * Findings as text for people: place, code, message, code frame, help; a blank line between two. No trailing newline.
 *
 * ```
 * policies/policy.yaml:14:7: error[RW1201]: `context_token` is not a fact
 *   13 |     match:
 *   14 |       context_token: { gte: 200k }
 *      |       ^^^^^^^^^^^^^
 *   help: did you mean `context_tokens`?
 * ```
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  files: readonly SourceFile[],
  { color = false, prefix = "" }: RenderDiagnosticsOptions = {},
): string {
  const byName = new Map(files.map((file) => [file.name, file]));
  const paint = (text: string, code: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);

  const place = (span: Span | undefined): string => {
    // What is said of no file is said of the directory.
    if (span === undefined) return prefix.replace(/\/$/, "");
    const file = byName.get(span.file);
    const { line, column } = file === undefined ? { line: 1, column: 1 } : positionAt(file, span.start);
    return `${prefix}${visible(span.file)}:${line}:${column}`;
  };
  const frame = (span: Span, code: string): readonly string[] => {
    const file = byName.get(span.file);
    if (file === undefined) return [];
    return codeFrame(file, span).map(({ gutter, text, isMark }) => {
      return `${paint(gutter, FAINT)} ${isMark ? paint(text, code) : text}`.trimEnd();
    });
  };
  const render = ({ code, severity, message, span, help, related = [] }: Diagnostic): string => {
    const tone = tones[severity];
    const label = paint(`${severity}[${code}]`, tone);
    const at = place(span);
    return [
      `${at === "" ? "" : `${paint(at, BOLD)}: `}${label}: ${visible(message)}`,
      ...(span === undefined ? [] : frame(span, tone)),
      ...related.flatMap(({ span: other, note }) => [`  ${place(other)}: ${visible(note)}`, ...frame(other, FAINT)]),
      ...(help === undefined ? [] : [`  ${paint("help", BOLD)}: ${visible(help)}`]),
    ].join("\n");
  };
  return diagnostics.map(render).join("\n\n");
}

// ANSI SGR codes (ECMA-48, 8.3.117).
const BOLD = "1";
const FAINT = "2";
const tones = { error: "31", warning: "33", info: "36" } as const;
