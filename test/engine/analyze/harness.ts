import { expect } from "vitest";
import { type AnalyzeOptions, analyzePolicy } from "../../../engine/analyze/analyze-policy.js";
import { renderDiagnostics } from "../../../engine/diagnostics/render-diagnostics.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";

export const catalog = `kind: catalog
providers:
  near: { format: openai, base_url: "https://near.example/v1", region: eu, data_retention: none }
  far: { format: openai, base_url: "https://far.example/v1", region: us }
models:
  acme/small: { context_window: 32k, max_output_tokens: 4k, capabilities: [tools], price: { input: 1, output: 2 }, endpoints: [{ provider: near, model: small }] }
  acme/large: { context_window: 200k, max_output_tokens: 8k, capabilities: [tools, vision], price: { input: 10, output: 20 }, endpoints: [{ provider: far, model: large }] }
  acme/open: { context_window: 64k, endpoints: [{ provider: near, model: open }] }
`;

/**
 * A policy over a catalog of three models. `parts` are top-level keys or a list of rules (which begins with a dash);
 * the rules begin in line 9.
 */
export function policyOf(
  rules: string,
  extra = "",
  defaultRoute = "to: [acme/small, acme/large]",
  moreModels = "",
): CompiledPolicy {
  const indented = rules
    .trim()
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
  const text = `kind: policy
name: test
attributes:
  plan: { type: string, values: [free, pro], from: key, default: pro }
  team: { type: string, from: key }
  risk: { type: number, from: { header: x-risk } }
${extra}
rules:${rules.trim() === "" ? " []" : ""}
${indented}
default:
  route: { ${defaultRoute} }
`;
  return compiled([
    { name: "policy.yaml", text },
    { name: "catalog.yaml", text: catalog + moreModels },
  ]);
}

/** @throws with the findings as text when the set is unsound. */
export function compiled(files: readonly { readonly name: string; readonly text: string }[]): CompiledPolicy {
  const { value, diagnostics } = compilePolicy(files);
  if (value === undefined) throw new Error(renderDiagnostics(diagnostics, files));
  return value;
}

/** What the analysis says, one line each: `9 RW2001 message`. */
export function findings(policy: CompiledPolicy, options: AnalyzeOptions = {}): readonly string[] {
  return analyzePolicy(policy, options).map(({ code, message, span }) => {
    const file = policy.files.find(({ name }) => name === span?.file);
    const line = file?.text.slice(0, span?.start).split("\n").length ?? 0;
    return `${line} ${code} ${message}`;
  });
}

export function expectFindings(rules: string, options: AnalyzeOptions = {}, extra?: string, defaultRoute?: string) {
  return expect(findings(policyOf(rules, extra, defaultRoute), options));
}
