import { getHeapStatistics } from "node:v8";
import { MessageChannel, parentPort } from "node:worker_threads";
import { compilePolicy, KnownParts, type Rule, type SourceFile, splitPolicy } from "../../engine/index.js";
import { collectGarbage } from "../collect-garbage.js";
import { stepBack } from "../step-back.js";
import type { CompileAnswer, CompileRequest } from "./create-policy-compiler.js";
import { failedTests } from "./failed-tests.js";

// The thread that create-policy-compiler.ts starts. It compiles the files it is given, and runs their tests when asked to, again and again; what it has read
// before it does not read again, and rules it has handed over before it does not hand over again.
let known = new KnownParts();
/** The texts it was given last, by file. */
let texts = new Map<string, string>();
let handedOver: readonly Rule[] = [];

/** With so many characters of new text, forgetting saves some 200 MB for some 20 ms. */
const MUCH = 512 * 1024;

/**
 * Forgets what is known before most of it is read anew: otherwise the old parts, the new ones and the garbage of reading stand
 * beside each other, and the heap of 10,000 rules grows to 400 MB, of which it gives little back.
 */
function forgetOld(files: readonly SourceFile[]): void {
  const before = texts;
  texts = new Map();
  let [characters, fresh] = [0, 0];
  for (const { name, text } of files) {
    const old = before.get(name);
    characters += text.length;
    if (old !== text) fresh += text.length;
    texts.set(name, old === text ? old : text); // The same string, not an equal one: each request brings copies.
  }
  if (before.size === 0 || fresh < MUCH || 3 * fresh < 2 * characters) return;
  known = new KnownParts();
  handedOver = [];
  collectGarbage();
}

/**
 * Milliseconds without work after which the thread clears up. Who saves again and again does not meet it: right after it an edit of one of
 * 100 files of 100 rules takes some 200 ms longer.
 */
const IDLE_MS = 10_000;
/** Clears up when the heap has grown so much since it was last cleared. */
const GROWTH = 1.5;
/** Each pass moves together some of what is left between the gaps. */
const MOST_PASSES = 4;
let heapLeft = 0;
let idle: NodeJS.Timeout | undefined;

/**
 * Gives back what a compilation took. By itself a heap of which little is alive grows by several times before it is cleared: ten
 * readings of 10,000 rules left 700 MB, of which 70 were alive.
 */
function clearUp(): void {
  if (getHeapStatistics().used_heap_size < GROWTH * heapLeft) return;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    collectGarbage();
    const heap = getHeapStatistics();
    heapLeft = heap.used_heap_size;
    if (heap.total_heap_size < 2 * heapLeft) return;
  }
}

// Makes ready what the first compilation pays for: the schemas' validators.
compilePolicy([{ name: "policy.yaml", text: "kind: policy\nname: warm-up\n" }]);

parentPort?.on("message", (request: CompileRequest) => {
  clearTimeout(idle);
  forgetOld(request.files);
  answer(request);
  // Not before the first answer: a server that begins has no requests, and a small policy takes little beside the thread's start.
  stepBack();
  idle = setTimeout(clearUp, IDLE_MS);
});

function answer({ files, gate }: CompileRequest): void {
  const { value, diagnostics } = compilePolicy(files, known);
  if (value === undefined) {
    parentPort?.postMessage({ diagnostics } satisfies CompileAnswer);
    return;
  }
  const failed = gate ? failedTests(value) : [];
  const { port1, port2 } = new MessageChannel();
  const { tree } = value;
  for (const piece of splitPolicy(value, handedOver)) {
    port1.postMessage(
      piece,
      piece.kind === "frame" ? [tree.nodes.buffer as ArrayBuffer, tree.code.buffer as ArrayBuffer] : [],
    );
  }
  handedOver = value.set.rules;
  parentPort?.postMessage({ diagnostics, failedTests: failed, pieces: port2 } satisfies CompileAnswer, [port2]);
}
