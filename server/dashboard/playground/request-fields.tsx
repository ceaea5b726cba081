import { useMemo, useState } from "preact/hooks";
import type { KeysAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { useModels } from "../admin/use-models.js";
import { Field } from "../parts/field.js";
import { Unread } from "../parts/unread.js";
import type { FormField, RequestForm } from "./request-form.js";

export interface RequestFieldsProps {
  readonly form: RequestForm;
  readonly onChange: (change: Partial<RequestForm>) => void;
}

const folded = ["system", "more", "headers", "key", "facts"] as const satisfies readonly FormField[];

export function RequestFields({ form, onChange }: RequestFieldsProps) {
  const models = useModels();
  const keys = useAnswer<KeysAnswer>("/admin/keys");
  const [isOpen] = useState(() => folded.some((field) => form[field] !== "")); // what is filled in is seen
  const bind = (field: FormField) => ({
    name: field,
    value: form[field],
    spellcheck: false,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  });
  // There may be thousands, and the form is written anew with each letter.
  const keyOptions = useMemo(
    () =>
      keys.value?.keys
        .filter(({ state }) => state === "active")
        .map(({ id, name }) => (
          <option key={id} value={id}>
            {name} ({id})
          </option>
        )),
    [keys.value],
  );
  const modelOptions = useMemo(() => models.ids.map((id) => <option key={id} value={id} />), [models.ids]);
  return (
    <>
      <Field label="Prompt">
        <textarea rows={5} {...bind("prompt")} />
      </Field>
      <div class="fields">
        <Field label="Model" hint="auto, or one of the catalog">
          <input list="models" {...bind("model")} />
        </Field>
        <datalist id="models">
          <option value="auto" />
          {modelOptions}
        </datalist>
        <Field label="Most tokens of the answer">
          <input type="number" min="1" {...bind("maxTokens")} />
        </Field>
      </div>
      <Unread what="the models" error={models.error} />
      <fieldset>
        <legend>Hints</legend>
        <div class="fields">
          <Field label="Tags" hint="code, sql">
            <input {...bind("tags")} />
          </Field>
          <Field label="Budget, USD" hint="0.05">
            <input inputMode="decimal" {...bind("budget")} />
          </Field>
          <Field label="Max latency, ms" hint="800">
            <input inputMode="numeric" {...bind("latency")} />
          </Field>
          <Field label="Context tokens" hint="150k">
            <input {...bind("contextTokens")} />
          </Field>
          <Field label="Priority">
            <select {...bind("priority")}>
              <option value="">not said</option>
              <option>interactive</option>
              <option>batch</option>
            </select>
          </Field>
          <Field label="Session">
            <input {...bind("session")} />
          </Field>
          <Field label="Region" hint="eu">
            <input {...bind("region")} />
          </Field>
        </div>
      </fieldset>
      <details open={isOpen}>
        <summary>More: system prompt, body, headers, key, facts</summary>
        <Field label="System prompt">
          <textarea rows={2} {...bind("system")} />
        </Field>
        <Field label="More of the body" hint='JSON: {"temperature": 0}; its messages stand before the prompt'>
          <textarea rows={2} {...bind("more")} />
        </Field>
        <Field label="More headers" hint="name: value, one a line">
          <textarea rows={2} {...bind("headers")} />
        </Field>
        <Field label="Ask as" hint="for “Where would it go?”: the facts, spend and models of a key">
          <select {...bind("key")}>
            <option value="">nobody in particular</option>
            {keyOptions}
          </select>
        </Field>
        <Unread what="the API keys" error={keys.error} />
        <Field label="Facts" hint="for “Where would it go?”: tenant=search, one a line, in place of what is known">
          <textarea rows={2} {...bind("facts")} />
        </Field>
        <Field label="API key" hint="for sending, where one is needed; kept nowhere">
          <input type="password" autocomplete="off" {...bind("apiKey")} />
        </Field>
      </details>
    </>
  );
}
