/**
 * The name of the file that an include means: relative to the file it stands in, within the policy directory.
 * @returns undefined when it leaves the directory, or is written as an absolute path, a URL or with backslashes.
 */
export function resolveInclude(from: string, written: string): string | undefined {
  if (/^[/~]|^[A-Za-z][A-Za-z\d+.-]*:|\\|\0/.test(written)) return undefined;
  const parts = from.split("/").slice(0, -1);
  for (const part of written.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
