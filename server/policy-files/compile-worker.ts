import { parentPort } from "node:worker_threads";
import { compilePolicy, type SourceFile } from "../../engine/index.js";

// The thread that create-policy-compiler.ts starts: makes ready what the first compilation pays for (the schemas'
// validators), compiles the files it is given, and is ended.
compilePolicy([{ name: "policy.yaml", text: "kind: policy\nname: warm-up\n" }]);
parentPort?.once("message", (files: readonly SourceFile[]) => parentPort?.postMessage(compilePolicy(files)));
