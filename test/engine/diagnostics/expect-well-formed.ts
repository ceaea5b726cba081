import { expect } from "vitest";
import type { Diagnostic, Span } from "../../../engine/diagnostics/diagnostic.js";
import { diagnosticCodes } from "../../../engine/diagnostics/diagnostic-codes.js";
import type { SourceFile } from "../../../engine/source/source-file.js";

/** What holds for every finding, whatever it is about. */
export function expectWellFormed(diagnostics: readonly Diagnostic[], files: readonly SourceFile[]): void {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  for (const diagnostic of diagnostics) {
    const { code, message, help, span, related = [] } = diagnostic;
    expect(Object.keys(diagnosticCodes), message).toContain(code);
    for (const text of [message, ...(help === undefined ? [] : [help]), ...related.map(({ note }) => note)]) {
      expectFragment(text);
    }
    for (const place of [...(span === undefined ? [] : [span]), ...related.map((each) => each.span)]) {
      expectPlace(place, texts, message);
    }
  }
  expect(diagnostics.toSorted(byPlace)).toEqual(diagnostics);
}

/** One lower-case fragment: what the user wrote, a name or an article may open it, nothing closes it but a question mark. */
function expectFragment(text: string): void {
  expect(text).toMatch(/^(?:[a-z`(0-9]|YAML |JsonLogic )/);
  expect(text).not.toMatch(/[.!]$|\n|undefined|\[object|NaN|must NOT| ``(?: |$)/);
  expect(text.length, text).toBeLessThan(600);
}

/** Inside its file, and not on a blank: a place begins at something. */
function expectPlace({ file, start, end }: Span, texts: ReadonlyMap<string, string>, message: string): void {
  const text = texts.get(file);
  expect(text, `${message} points into ${file}`).toBeDefined();
  expect(start, message).toBeGreaterThanOrEqual(0);
  expect(end, message).toBeGreaterThan(start);
  expect(end, message).toBeLessThanOrEqual(Math.max(1, text?.length ?? 0));
  const first = text?.charAt(start) ?? "";
  const isAboutBlanks = /empty|tab |carriage return|nothing reads|control character/.test(message);
  if (!isAboutBlanks) expect(first, `${message} at ${file}:${start}`).toMatch(/[^ \t\r\n]/);
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  // The last one, which counts what is not shown, has no place.
  if (a.span === undefined || b.span === undefined) return 0;
  if (a.span.file !== b.span.file) return a.span.file < b.span.file ? -1 : 1;
  return a.span.start - b.span.start;
}
