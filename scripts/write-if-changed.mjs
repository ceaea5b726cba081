import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Writes a file of text unless it holds just that, so that what is built of it is not built again. */
export function writeIfChanged(file, text) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
