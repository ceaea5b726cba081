// `node --import ./test/server/run-typescript.mjs file.ts` runs our TypeScript sources in a child process, for tests
// that kill the process or look at what it has loaded. Node 20 cannot strip types itself.
import { register } from "node:module";

const hooks = `
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
const typescript = createRequire(${JSON.stringify(import.meta.url)})("typescript");

export async function resolve(specifier, context, next) {
  if (/^\\.{1,2}\\//.test(specifier) && specifier.endsWith(".js") && context.parentURL?.endsWith(".ts")) {
    const source = new URL(specifier.slice(0, -3) + ".ts", context.parentURL);
    if (existsSync(source)) return { url: source.href, format: "module", shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return next(url, context);
  const { outputText } = typescript.transpileModule(readFileSync(fileURLToPath(url), "utf8"), {
    compilerOptions: { module: "esnext", target: "es2022", verbatimModuleSyntax: true },
  });
  return { format: "module", source: outputText, shortCircuit: true };
}
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
