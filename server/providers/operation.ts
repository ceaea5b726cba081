/** What clients ask for: one for each POST address under `/v1`. */
export type Operation =
  | "chat"
  | "compact"
  | "completions"
  | "count_tokens"
  | "embeddings"
  | "input_tokens"
  | "messages"
  | "responses";
