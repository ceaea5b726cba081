import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface ScrollProps {
  /** What is in it, for those who come to it by the Tab key. */
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Something that may be wider than the page. */
export function Scroll({ label, children }: ScrollProps) {
  return (
    <div ref={useTabStop<HTMLDivElement>(label)} class="scroll">
      {children}
    </div>
  );
}

/** Text as it is, whose lines may be longer than the page is wide. */
export function Pre({ label, class: name, children }: ScrollProps & { readonly class?: string }) {
  return (
    <pre ref={useTabStop<HTMLPreElement>(label)} class={name}>
      {children}
    </pre>
  );
}

/** A stop of the Tab key while there is something to scroll: not every browser makes one by itself. */
function useTabStop<Block extends HTMLElement>(label: string) {
  const block = useRef<Block>(null);
  useEffect(() => {
    const element = block.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      const scrolls = scrollWidth > clientWidth || scrollHeight > clientHeight;
      element.role = scrolls ? "group" : null;
      element.ariaLabel = scrolls ? label : null;
      if (scrolls) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    });
    for (const observed of [element, ...element.children]) observer.observe(observed);
    return () => observer.disconnect();
  }, [label]);
  return block;
}
