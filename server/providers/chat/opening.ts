/**
 * Stands before an assistant's turn that begins a conversation, as greetings in chats do: OpenAI takes that, Anthropic answers 400
 * ("first message must use the \"user\" role"), Gemini where the turn calls a tool ("function call turn comes immediately after a user turn").
 */
export const OPENING = "(The conversation begins.)";

export const OPENING_WARNING =
  "messages: the conversation begins with the assistant's turn; a word of the user was put before it";
