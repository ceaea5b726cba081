import { parentPort, workerData } from "node:worker_threads";
import { compilePolicy, type Facts, type SourceFile, type WhyNot, type World, whyNot } from "../../../engine/index.js";
import { stepBack } from "../../step-back.js";

/** Why a request does not go to a model. */
export interface WhyNotQuestion {
  /** Of the policy that decides. */
  readonly files: readonly SourceFile[];
  readonly facts: Facts;
  readonly world: World;
  /** As the catalog has it: a model or an endpoint. */
  readonly model: string;
}

export type { WhyNot };

// The thread that ask-why-not.ts starts: answers one question.
stepBack();
const { files, facts, world, model } = workerData as WhyNotQuestion;
const { value: policy } = compilePolicy(files);
if (policy === undefined) throw new Error("a policy that was served does not compile");
parentPort?.postMessage(whyNot(policy, facts, world, model));
