const LINE_END = 10;

/** How the lines of a log begin that hold a policy. */
export const POLICY_LINE = '{"kind":"policy"';

/** The text of UTF-8 bytes, from `start` to before `end`. */
export type Decode = (bytes: Uint8Array, start: number, end: number) => string;

/** Calls `visit` with the place of each line, without its end. */
export function eachLine(bytes: Uint8Array, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const end = endOfLine(bytes, start);
    visit(start, end);
    start = end + 1;
  }
}

/** Where the line that begins at `start` ends. */
export function endOfLine(bytes: Uint8Array, start: number): number {
  const found = bytes.indexOf(LINE_END, start);
  return found === -1 ? bytes.length : found;
}

/** Whether a line says nothing of a decision, and need not. */
export function isPassedOver(line: string): boolean {
  return line.startsWith(POLICY_LINE) || line.trim() === "";
}
