import { countOf, textOf } from "../json/json.js";
import { RequestAccount } from "../ledger/request-account.js";
import { answersAsked } from "../providers/chat/answers-asked.js";
import type { Operation } from "../providers/operation.js";
import type { Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import type { Decision } from "./decision.js";
import type { ChatView } from "./fronts/front.js";

/** The account that pays for a request's calls. @param body its bytes, and the chat completion it stands for. */
export function accountFor(
  plane: DataPlane,
  operation: Operation,
  { key }: Caller,
  decision: Decision,
  body: {
    readonly bytes: { readonly length: number };
    readonly chat: Pick<ChatView, "body" | "unseen">;
  },
): RequestAccount {
  const { body: asked, unseen } = body.chat;
  const { app, user, stream } = decision.observed.facts;
  return new RequestAccount(
    plane.accounting,
    {
      decision: decision.id,
      key,
      app,
      user,
      policy: decision.serving.policy,
      prompt: decision.observed.prompt,
      maxOutputTokens: operation === "embeddings" ? 0 : limitAsked(body.chat),
      choices: answersAsked(asked),
      serviceTier: unseen?.serviceTier ?? textOf(asked["service_tier"]),
      isStream: stream === true,
      tokenBytes: operation === "embeddings" || (unseen?.tokens ?? 0) > 0 ? body.bytes.length : 0,
    },
    plane.dispatching.now,
  );
}

/** Undefined: none. What OpenAI's API assumes, other servers do not: their answers may be as long as the model allows. */
function limitAsked({ body, unseen }: Pick<ChatView, "body" | "unseen">): number | undefined {
  return unseen?.assumed?.includes("max_tokens") === true ? undefined : outputLimitOf(body);
}

/**
 * The larger of the two limits a body can say, because providers differ in which one they read. Some take 0 for no limit
 * (Ollama: `runner.go` of https://github.com/ollama/ollama looks at limits above 0 alone, read 2026-11-28), so that it says nothing of the cost.
 */
function outputLimitOf(body: Readonly<Record<string, unknown>>): number | undefined {
  const limit = Math.max(countOf(body["max_completion_tokens"]) ?? 0, countOf(body["max_tokens"]) ?? 0);
  return limit === 0 ? undefined : limit;
}
