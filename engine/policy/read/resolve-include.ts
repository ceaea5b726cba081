/** Where an include leads, or why it leads nowhere in the policy directory. */
export type ResolvedInclude = { readonly name: string } | { readonly problem: string };

/** The name of the file that an include means: relative to the file it stands in, within the policy directory. */
export function resolveInclude(from: string, written: string): ResolvedInclude {
  if (written.includes("\\")) return { problem: "is written with `\\`" };
  if (/^[A-Za-z][A-Za-z\d+.-]*:\/\//.test(written)) return { problem: "is a URL" };
  if (/^[/~]|^[A-Za-z]:/.test(written)) return { problem: "is an absolute path" };
  const parts = from.split("/").slice(0, -1);
  for (const part of written.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return { problem: "leaves the policy directory" };
  }
  return parts.length === 0 ? { problem: "is the policy directory itself" } : { name: parts.join("/") };
}
