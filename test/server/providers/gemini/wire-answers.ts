import type { WireAnswer } from "../harness.js";

// Built from the description of generateContent, checked against recorded streams of gemini-3-pro-preview, gemini-3-flash-preview
// and gemini-3.7-flash in github.com/vercel/ai, packages/google/src/__fixtures__, all read 2026-11-25.
const generate = "https://ai.google.dev/api/generate-content, read 2026-11-25";

const usageMetadata = {
  promptTokenCount: 2_125,
  cachedContentTokenCount: 2_000,
  candidatesTokenCount: 21,
  thoughtsTokenCount: 40,
  totalTokenCount: 2_186,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: 2_125 }],
};
const about = { usageMetadata, modelVersion: "gemini-3.8-flash", responseId: "resp-1" };
const content = (...parts: object[]) => ({ content: { parts, role: "model" }, index: 0 });
const answer = (...parts: object[]) => ({ candidates: [{ ...content(...parts), finishReason: "STOP" }], ...about });
const event = (...parts: object[]) => ({
  candidates: [content(...parts)],
  ...about,
  usageMetadata: { promptTokenCount: 2_125, totalTokenCount: 2_125 }, // totals so far: the last one counts
});

export const wireAnswers: readonly WireAnswer[] = [
  {
    name: "a text, its signature alone in the last event",
    source: "https://ai.google.dev/gemini-api/docs/thought-signatures, read 2026-11-25",
    whole: answer({ text: "Grüße 👋 “x”" }, { text: "", thoughtSignature: "EpcC" }),
    events: [
      event({ text: "Grü" }),
      event({ text: "ße 👋" }),
      event({ text: " “x”" }),
      answer({ text: "", thoughtSignature: "EpcC" }),
    ],
  },
  {
    name: "nothing at all",
    source: generate,
    whole: { candidates: [{ finishReason: "STOP" }], ...about },
    events: [{ candidates: [{ finishReason: "STOP" }], ...about }],
  },
  {
    name: "parallel tool calls, one without arguments, one without an id, signed",
    source: "https://ai.google.dev/gemini-api/docs/function-calling, read 2026-11-25",
    whole: answer(
      { functionCall: { id: "fc-1", name: "weather", args: { city: "Köln", days: 2 } }, thoughtSignature: "EpEg" },
      { functionCall: { name: "now" } },
    ),
    events: [
      event(
        { functionCall: { id: "fc-1", name: "weather", args: { city: "Köln", days: 2 } }, thoughtSignature: "EpEg" },
        { functionCall: { name: "now" } },
      ),
      answer({ text: "" }),
    ],
  },
  {
    name: "thoughts, and a text cut by the limit",
    source: "https://ai.google.dev/gemini-api/docs/thinking, read 2026-11-25",
    whole: {
      candidates: [
        { ...content({ text: "First, … then.", thought: true }, { text: "So:" }), finishReason: "MAX_TOKENS" },
      ],
      ...about,
    },
    events: [
      event({ text: "First, …", thought: true }),
      event({ text: " then.", thought: true }),
      { candidates: [{ ...content({ text: "So:" }), finishReason: "MAX_TOKENS" }], ...about },
    ],
  },
  {
    name: "two candidates with log probabilities",
    source: generate,
    whole: {
      candidates: [
        {
          ...content({ text: "ab" }),
          finishReason: "STOP",
          logprobsResult: {
            chosenCandidates: [
              { token: "a", tokenId: 1, logProbability: -0.1 },
              { token: "b", tokenId: 2, logProbability: -0.2 },
            ],
            topCandidates: [{ candidates: [{ token: "a", logProbability: -0.1 }] }, { candidates: [] }],
          },
        },
        { content: { parts: [{ text: "z" }], role: "model" }, index: 1, finishReason: "SAFETY" },
      ],
      ...about,
    },
    events: [
      {
        ...about,
        candidates: [
          {
            ...content({ text: "a" }),
            logprobsResult: {
              chosenCandidates: [{ token: "a", tokenId: 1, logProbability: -0.1 }],
              topCandidates: [{ candidates: [{ token: "a", logProbability: -0.1 }] }],
            },
          },
          { content: { parts: [{ text: "z" }], role: "model" }, index: 1, finishReason: "SAFETY" },
        ],
      },
      {
        ...about,
        candidates: [
          {
            ...content({ text: "b" }),
            finishReason: "STOP",
            logprobsResult: {
              chosenCandidates: [{ token: "b", tokenId: 2, logProbability: -0.2 }],
              topCandidates: [{ candidates: [] }],
            },
          },
        ],
      },
    ],
  },
  {
    name: "a picture, code that the provider ran, and parts that nobody knows yet",
    source: "types of @google/genai 2.32.0, read 2026-11-25; the unknown one is made up",
    whole: answer(
      { executableCode: { language: "PYTHON", code: "1" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } },
      { hologram: {} },
      { text: "Look:" },
      { inlineData: { mimeType: "image/png", data: "iVBORw0=" } },
    ),
    events: [
      event({ executableCode: { language: "PYTHON", code: "1" } }),
      event({ codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } }, { hologram: {} }),
      event({ text: "Look:" }),
      answer({ inlineData: { mimeType: "image/png", data: "iVBORw0=" } }),
    ],
  },
];
