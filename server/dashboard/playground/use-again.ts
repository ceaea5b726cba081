import { useEffect, useState } from "preact/hooks";
import type { DecisionAnswer, KeyAnswer } from "../admin/answers.js";
import { askAdmin, describeError } from "../admin/ask-admin.js";
import { Refusal } from "../admin/refusal.js";
import { isDecisionId } from "../decisions/is-decision-id.js";
import { linkTo } from "../parts/use-place.js";
import type { Draft } from "./draft.js";
import { formOfDecision } from "./form-of-decision.js";
import { lackingInForm } from "./lacking-in-form.js";

/**
 * Fills the form with the request of a recorded decision, once; then the address names it no more, so that what is typed stays.
 *
 * @returns why it could not be read.
 */
export function useAgain(id: string | undefined, onDraft: (draft: Draft) => void): string | undefined {
  const [failed, setFailed] = useState<{ readonly id: string; readonly why: string }>();
  useEffect(() => {
    if (id === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    readDraft(id, signal).then(
      (draft) => {
        if (signal.aborted) return;
        onDraft(draft);
        location.replace(linkTo(["playground"]));
      },
      (error: unknown) => {
        if (!signal.aborted) setFailed({ id, why: describeError(error) });
      },
    );
    return () => controller.abort();
  }, [id]);
  return failed?.id === id ? failed?.why : undefined;
}

async function readDraft(id: string, signal: AbortSignal): Promise<Draft> {
  if (!isDecisionId(id)) throw new Refusal(404, "not_found", "there is no decision of that id");
  const decision = await askAdmin<DecisionAnswer>(`/admin/decisions/${id}`, { signal });
  const { value: keyId } = decision.record.facts["key"] ?? {};
  const key = keyId === undefined ? undefined : await readKey(String(keyId), signal);
  return { form: formOfDecision(decision, key), from: { id, lacking: lackingInForm(decision, key) } };
}

/** @returns undefined when it is gone. */
async function readKey(id: string, signal: AbortSignal): Promise<KeyAnswer["key"] | undefined> {
  try {
    return (await askAdmin<KeyAnswer>(`/admin/keys/${encodeURIComponent(id)}`, { signal })).key;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}
