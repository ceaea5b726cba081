import type { ComponentChildren } from "preact";

export interface FieldProps {
  readonly label: string;
  /** A word on what it takes. */
  readonly hint?: string;
  readonly children: ComponentChildren;
}

/** A labelled input. */
export function Field({ label, hint, children }: FieldProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the input is the child
    <label class="field">
      <span>
        {label}
        {hint === undefined ? null : <small> {hint}</small>}
      </span>
      {children}
    </label>
  );
}
