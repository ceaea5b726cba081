import { parentPort } from "node:worker_threads";
import { collectGarbage } from "../collect-garbage.js";
import { type CountAnswer, type CountRequest, countTexts } from "./count-texts.js";

let isLoaded = false;

// The thread that counting-thread.ts starts: answers each request, in order, until it is ended.
parentPort?.on("message", (request: CountRequest) => {
  void countTexts(request, Date.now).then((answer: CountAnswer) => {
    parentPort?.postMessage(answer);
    if (!isLoaded) collectGarbage(); // 20 MB of what the vocabulary was read from
    isLoaded = true;
  });
});
