import { RequestAccount } from "../ledger/request-account.js";
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
  const { name, revision } = decision.serving.policy;
  const { body: asked, unseen } = body.chat;
  const { app, user, stream } = decision.observed.facts;
  return new RequestAccount(
    plane.accounting,
    {
      decision: decision.id,
      key,
      app,
      user,
      policy: { name, revision },
      body: asked,
      prompt: decision.observed.prompt,
      isStream: stream === true,
      ...(operation === "embeddings" || (unseen?.tokens ?? 0) > 0 ? { tokenBytes: body.bytes.length } : {}),
    },
    plane.dispatching.now,
  );
}
