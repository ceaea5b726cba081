/** What clients ask for: one for each address under `/v1`. */
export type Operation = "chat" | "completions" | "embeddings" | "messages" | "responses";
