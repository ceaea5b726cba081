import type { ComponentChildren } from "preact";

export interface NoticeProps {
  readonly tone: "bad" | "unsure" | "plain";
  readonly title?: string;
  readonly children?: ComponentChildren;
}

/** A box with something to be noticed. What is bad is announced to screen readers at once. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {title === undefined ? null : <strong>{title}</strong>}
      {children}
    </div>
  );
}
