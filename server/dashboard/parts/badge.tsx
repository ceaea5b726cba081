export type Tone = "good" | "bad" | "unsure" | "plain";

export function Badge({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return <span class={`badge ${tone}`}>{text}</span>;
}
