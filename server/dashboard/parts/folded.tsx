import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface FoldedProps {
  readonly class: string;
  readonly summary: ComponentChildren;
  /** Made when it is opened: it may be long, or have to be asked for. */
  readonly children: () => ComponentChildren;
}

/** Something that is shown on demand. */
export function Folded({ class: name, summary, children }: FoldedProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class={name} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen ? children() : null}
    </details>
  );
}
