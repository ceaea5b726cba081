import { RequestAccount } from "../ledger/request-account.js";
import type { Operation } from "../providers/operation.js";
import type { Caller } from "./authenticate.js";
import type { DataPlane } from "./data-plane.js";
import type { Decision } from "./decision.js";

/** The account that pays for a request's calls. @param body its bytes, and the chat completion it stands for. */
export function accountFor(
  plane: DataPlane,
  operation: Operation,
  { key }: Caller,
  decision: Decision,
  body: {
    readonly bytes: { readonly length: number };
    readonly chat: { readonly body: Readonly<Record<string, unknown>> };
  },
): RequestAccount {
  const { name, revision } = decision.serving.policy;
  const { app, user, stream } = decision.observed.facts;
  return new RequestAccount(
    plane.accounting,
    {
      decision: decision.id,
      key,
      app,
      user,
      policy: { name, revision },
      body: body.chat.body,
      prompt: decision.observed.prompt,
      isStream: stream === true,
      ...(operation === "embeddings" ? { tokenBytes: body.bytes.length } : {}),
    },
    plane.dispatching.now,
  );
}
