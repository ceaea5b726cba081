/** Prints the one document that `--json` asks for. */
export function writeJson(document: object): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}
