import { useLayoutEffect, useRef } from "preact/hooks";
import { Notice } from "./notice.js";

export interface UnansweredProps {
  readonly error: string;
  readonly again: () => void;
}

/** Something that could not be read, and may be another time. Once it is read, what was asked for is read on from its beginning. */
export function Unanswered({ error, again }: UnansweredProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(
    () => () => {
      // Before it is gone, which the other effects are too late for.
      if (button.current === document.activeElement) document.querySelector("main")?.focus();
    },
    [],
  );
  return (
    <Notice tone="bad">
      <p>{error}</p>
      <button ref={button} type="button" onClick={again}>
        Ask again
      </button>
    </Notice>
  );
}
