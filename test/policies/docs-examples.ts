import { readFile } from "node:fs/promises";
import type { Diagnostic } from "../../engine/diagnostics/diagnostic.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import type { SourceFile } from "../../engine/source/source-file.js";

/** What an example is: the word after `yaml` on its fence. Fences without one are fragments to read. */
const kinds = ["policy", "rules", "match", "test", "catalog", "files"] as const;
export interface DocsExample {
  readonly kind: (typeof kinds)[number];
  readonly text: string;
  /** `docs/policy-language.md:17`. */
  readonly place: string;
}

/** Every marked example of a page. @throws for a mark that means nothing. */
export async function readExamples(page: string): Promise<readonly DocsExample[]> {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(/^```yaml (\w+)\n(.*?)^```$/gms)].map((match) => {
    const [, mark = "", body = ""] = match;
    const kind = kinds.find((each) => each === mark);
    const place = `${page}:${text.slice(0, match.index).split("\n").length}`;
    if (kind === undefined) throw new Error(`${place}: \`yaml ${mark}\` is not one of ${kinds.join(", ")}`);
    return { kind, text: body, place };
  });
}

/** Compiles an example within the shipped set: what it does not bring itself comes from there. */
export function compileExample(example: DocsExample, shipped: readonly SourceFile[]): readonly Diagnostic[] {
  return compilePolicy(filesOfExample(example, shipped)).diagnostics;
}

export function filesOfExample(example: DocsExample, shipped: readonly SourceFile[]): readonly SourceFile[] {
  const keep = (...names: readonly string[]) => shipped.filter(({ name }) => names.includes(name));
  switch (example.kind) {
    case "policy":
      return [{ name: "policy.yaml", text: example.text }, ...keep("catalog.yaml")];
    case "rules":
      return [policyWith(example.text), ...keep("catalog.yaml")];
    case "match": {
      const match = example.text.replace(/^/gm, "    ").trimEnd();
      const rule = `- id: example\n  match:\n${match}\n  route: { to: [economy] }\n`;
      return [policyWith(rule), ...keep("catalog.yaml")];
    }
    case "files": {
      const files = splitFiles(example);
      return files.some(({ name }) => name === "catalog.yaml") ? files : [...files, ...keep("catalog.yaml")];
    }
    case "test":
      return [
        ...shipped.filter(({ name }) => !name.startsWith("tests/")),
        { name: "tests/example.yaml", text: example.text },
      ];
    case "catalog": {
      const [model = ""] = /^ {2}\w[\w.-]*\/[\w.-]+(?=:)/m.exec(example.text) ?? [];
      const policy = `kind: policy\nname: example\ndefault:\n  route: { to: [${model.trim()}] }\n`;
      return [
        { name: "policy.yaml", text: policy },
        { name: "catalog.yaml", text: example.text },
      ];
    }
  }
}

/** Several files in one example, each under a comment with its name. */
export function splitFiles({ text, place }: DocsExample): readonly SourceFile[] {
  const [before, ...parts] = text.split(/^# (\S+\.yaml)\n/m);
  if (before !== "" || parts.length === 0) throw new Error(`${place}: it must begin with the name of a file`);
  return parts.flatMap((name, at) => (at % 2 === 0 ? [{ name, text: parts[at + 1] ?? "" }] : []));
}

function policyWith(rules: string): SourceFile {
  return {
    name: "policy.yaml",
    text: `kind: policy
name: example
attributes:
  plan: { type: string, values: [free, pro, enterprise], from: key, default: pro }
  cohort: { type: number, from: { header: x-cohort } }
pools:
  strong: [anthropic/claude-sonnet-4.5, openai/gpt-4.1]
  economy: [openai/gpt-4.1-mini, google/gemini-2.5-flash]
rules:
${rules.replace(/^(?=.)/gm, "  ")}
default:
  route: { to: [requested, economy] }
`,
  };
}
