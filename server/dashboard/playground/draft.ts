import { emptyForm, type RequestForm } from "./request-form.js";

/** What is in the playground's form, and where it came from. */
export interface Draft {
  readonly form: RequestForm;
  /** The decision that filled it, and what the form lacks of its request: a phrase each. */
  readonly from?: { readonly id: string; readonly lacking: readonly string[] };
}

export const emptyDraft: Draft = { form: emptyForm };
