import type { ChatChunk, ChatCompletion, ChunkChoice, Delta } from "./chat-answer.js";

// `functions` and `function_call`, which OpenAI has deprecated: an answer to them names one function, not a list of calls.

export function withFunctionCall(answer: ChatCompletion): ChatCompletion {
  return {
    ...answer,
    choices: answer.choices.map((choice) => {
      const { tool_calls: calls, ...message } = choice.message;
      const [call] = calls ?? [];
      if (call === undefined) return choice;
      return {
        ...choice,
        message: { ...message, function_call: call.function },
        finish_reason: choice.finish_reason === "tool_calls" ? "function_call" : choice.finish_reason,
      };
    }),
  };
}

export function withFunctionCallChunk(chunk: ChatChunk): ChatChunk {
  return {
    ...chunk,
    choices: chunk.choices.map((choice): ChunkChoice => {
      const reason = choice.finish_reason;
      return {
        ...choice,
        delta: legacyDelta(choice.delta),
        finish_reason: reason === "tool_calls" ? "function_call" : reason,
      };
    }),
  };
}

function legacyDelta({ tool_calls: calls, ...delta }: Delta): Delta {
  const [call] = calls ?? [];
  // There is room for one call only; parallel ones were ruled out in the request.
  return call === undefined || call.index > 0 ? delta : { ...delta, function_call: call.function };
}
