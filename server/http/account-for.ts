import { countOf } from "../json/json.js";
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
      maxOutputTokens: operation === "embeddings" ? 0 : outputLimitOf(asked),
      choices: answersAsked(asked),
      isStream: stream === true,
      tokenBytes: operation === "embeddings" || (unseen?.tokens ?? 0) > 0 ? body.bytes.length : 0,
    },
    plane.dispatching.now,
  );
}

/** The larger of the two limits a body can say, because providers differ in which one they read. */
function outputLimitOf(body: Readonly<Record<string, unknown>>): number | undefined {
  const one = countOf(body["max_completion_tokens"]);
  const other = countOf(body["max_tokens"]);
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
