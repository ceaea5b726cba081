/** One of the answers to a completion (`n` asks for several), as far as it has come. */
export interface Choice {
  readonly text: string;
  /** What the model says in place of an answer. */
  readonly refusal: string;
  /** By their index. */
  readonly calls: Readonly<Record<number, ToolCall>>;
  /** Why it ended: `stop`, `length`, `content_filter`; undefined while it has not. */
  readonly finish: string | undefined;
}

export interface ToolCall {
  readonly name: string;
  /** JSON, once it is whole. */
  readonly arguments: string;
}

/** By their index. */
export type Choices = Readonly<Record<number, Choice>>;

/** A piece of a streamed chat completion, as far as it is shown. */
export interface Chunk {
  readonly choices?: readonly ChunkChoice[];
}

interface ChunkChoice {
  readonly index?: number;
  readonly delta?: {
    readonly content?: string | null;
    readonly refusal?: string | null;
    readonly tool_calls?: readonly {
      readonly index?: number;
      readonly function?: { readonly name?: string; readonly arguments?: string };
    }[];
  };
  readonly finish_reason?: string | null;
}

const nothing: Choice = { text: "", refusal: "", calls: {}, finish: undefined };

/** Adds a piece to what has come. @returns the same where it adds nothing. */
export function withChunk(choices: Choices, { choices: pieces = [] }: Chunk): Choices {
  let all = choices;
  for (const piece of pieces) {
    const { index = 0 } = piece;
    const before = all[index] ?? nothing;
    const after = withPiece(before, piece);
    if (after !== before) all = { ...all, [index]: after };
  }
  return all;
}

function withPiece(choice: Choice, { delta = {}, finish_reason: finish }: ChunkChoice): Choice {
  const { content, refusal, tool_calls: calls = [] } = delta;
  if (!content && !refusal && calls.length === 0 && finish == null) return choice;
  const called: Record<number, ToolCall> = { ...choice.calls };
  for (const { index = 0, function: { name = "", arguments: given = "" } = {} } of calls) {
    const before = called[index];
    called[index] = { name: (before?.name ?? "") + name, arguments: (before?.arguments ?? "") + given };
  }
  return {
    text: choice.text + (content ?? ""),
    refusal: choice.refusal + (refusal ?? ""),
    calls: called,
    finish: finish ?? choice.finish,
  };
}
