import { isDeepStrictEqual } from "node:util";
import {
  type CompiledPolicy,
  compilePolicy,
  type DecisionRecord,
  explainRecord,
  type SourceFile,
  shortRevision,
} from "../../engine/compiling.js";
import { askServerForJson } from "../ask-server.js";
import { CommandFailure } from "../command-failure.js";

/** A decision with the policy it was made under. */
export interface Explained {
  readonly record: DecisionRecord;
  readonly policy: CompiledPolicy;
  /** Prompt and answer, where they are recorded and may be read: JSON. */
  readonly content?: object;
}

/**
 * Fetches a served decision and the policy snapshot it was made under, and decides again here, from facts, world and
 * snapshot alone.
 * @throws CommandFailure: 2 when the server cannot be asked or does not know the decision, 1 when deciding again gives
 *   something else than what was served (which would be a fault in Routewright, and is said), or cannot be done, since another version
 *   made the decision.
 */
export async function reproduceDecision(id: string, server: string): Promise<Explained> {
  const { record, content } = await askServerForJson<{ record: DecisionRecord; content?: object }>(
    "policy explain",
    server,
    `/admin/decisions/${encodeURIComponent(id)}`,
    ["record"],
  );
  const snapshot = await askServerForJson<{ files: readonly SourceFile[] }>(
    "policy explain",
    server,
    `/admin/policy/snapshots/${record.policy.revision}`,
    ["files"],
  );
  const { value: policy } = compilePolicy(snapshot.files);
  if (policy === undefined || policy.revision !== record.policy.revision) {
    const here = policy === undefined ? "do not compile" : `are revision ${shortRevision(policy.revision)}`;
    throw new CommandFailure(
      1,
      `policy explain: the files of revision ${shortRevision(record.policy.revision)} ${here} here, so another version of Routewright made the decision, and this one cannot make it again; what was recorded is in the dashboard and at /admin/decisions/${id}`,
    );
  }
  const again = explainRecord(policy, record);
  if (again.chosen !== record.chosen || !isDeepStrictEqual(again.fallbacks, record.fallbacks)) {
    throw new CommandFailure(
      1,
      `policy explain: deciding again gives ${again.chosen ?? "nothing"}, the server chose ${record.chosen ?? "nothing"}: a fault in Routewright; please report it with the output of --json`,
    );
  }
  return { record: again, policy, ...(content === undefined ? {} : { content }) };
}
