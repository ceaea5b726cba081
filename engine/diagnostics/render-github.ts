import type { SourceFile } from "../source/source-file.js";
import type { Diagnostic } from "./diagnostic.js";
import { regionOfSpan } from "./region-of-span.js";

const commands = { error: "error", warning: "warning", info: "notice" } as const;

/**
 * Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request:
 * `::warning file=policies/policy.yaml,line=3,col=5,title=RW2001::…`. One line each; no trailing newline.
 * @param prefix the policy directory relative to the repository's root, with its `/`.
 */
export function renderGithub(diagnostics: readonly Diagnostic[], files: readonly SourceFile[], prefix = ""): string {
  return diagnostics
    .map(({ code, severity, message, help, span }) => {
      const properties: Record<string, string | number> = {};
      if (span !== undefined) {
        const { startLine, startColumn, endLine = startLine, endColumn } = regionOfSpan(files, span);
        properties["file"] = prefix + span.file;
        properties["line"] = startLine;
        properties["col"] = startColumn;
        // A column at the end is shown only within one line.
        if (endLine === startLine && endColumn !== undefined) properties["endColumn"] = endColumn;
        else properties["endLine"] = endLine;
      }
      properties["title"] = code;
      const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
      const text = help === undefined ? message : `${message}\nhelp: ${help}`;
      return `::${commands[severity]} ${written.join(",")}::${escapeText(text)}`;
    })
    .join("\n");
}

// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands: what would end a command is escaped.
function escapeText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
