import { parentPort } from "node:worker_threads";
import { type CountAnswer, type CountRequest, countTexts } from "./count-texts.js";

// The thread that create-token-counter.ts starts: answers each request, in order, until it is ended.
parentPort?.on("message", (request: CountRequest) => {
  void countTexts(request, Date.now).then((answer: CountAnswer) => parentPort?.postMessage(answer));
});
